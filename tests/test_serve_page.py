"""The page in a browser: read a text, follow its evidence, meet an error, with a keyboard and on a phone."""

from __future__ import annotations

import threading
import time

import pytest
import uvicorn

from pipeline.serve.app import create_app
from pipeline.serve.limits import Limits
from tests.conftest import ROOT
from tests.test_report_browser import SCREENSHOTS, WIDTHS, box_problems

ARTICLE = (ROOT / "annotations/gold/ocs-2024.txt").read_text(encoding="utf-8")
HOSTILE = (
    "\n<script>document.title = 'bad'</script> « L'\"été\" » 😀👩‍👩‍👧 e\u0301te\u0301 \u202eabc\u202c \u200f&amp; </textarea>\n"
    "La Finlande a rejoint l'OTAN le 4 avril 2023. <img src=x onerror=alert(1)> Le Pe\u0301rou 😀 préside l'APEC en 2024."
)


def serious_findings(page):
    """What axe finds that keeps people from using the page: rule and element."""
    from axe_playwright_python.sync_playwright import Axe

    return [
        f"{found['id']}: {node['html'][:100]}"
        for found in Axe().run(page).response["violations"]
        if found["impact"] in ("serious", "critical")
        for node in found["nodes"]
    ]


@pytest.fixture(scope="module")
def address(extractor):
    app = create_app(lambda document: next(extractor.pipe([document])), limits=Limits(characters=20_000))
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join()


@pytest.fixture
def page(browser, address):
    page = browser.new_page()
    complaints = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: request.url.startswith(address) or complaints.append(request.url))
    page.goto(address)
    yield page
    page.close()
    assert [c for c in complaints if "422" not in c] == []


def read(page, text, date=""):
    page.get_by_label("text", exact=True).fill(text)
    page.get_by_label("Document date").fill(date)
    page.get_by_role("button", name="Read the text").click()


def test_a_text_is_read_and_a_triple_leads_to_its_evidence(page):
    read(page, ARTICLE, "2024-07-04")
    rows = page.locator("table.triples tbody tr")
    assert rows.count() > 20
    row = rows.filter(has_text="Mongolia")
    assert row.locator("td").nth(1).inner_text() == "observer"
    row.get_by_role("link").click()
    assert page.locator(".evidence.found").first.is_visible()
    assert "Mongolie" in "".join(page.locator(".evidence.found").all_inner_texts())
    assert page.locator("mark:focus").get_attribute("data-s") == "observer"
    assert page.locator("#details").is_visible()
    assert page.locator(".timeline .lane").count() > 20
    assert page.get_by_label("Document date").input_value() == "2024-07-04"
    assert page.get_by_label("text", exact=True).input_value() == ARTICLE


def test_the_keyboard_alone_reads_a_text_and_follows_its_evidence(page):
    page.get_by_label("text", exact=True).focus()
    page.keyboard.insert_text("La Finlande a rejoint l'OTAN le 4 avril 2023.")
    for _ in range(2):
        page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.name") == "date"
    page.keyboard.press("Enter")
    link = page.locator("table.triples tbody").get_by_role("link")
    link.focus()
    page.keyboard.press("Enter")
    assert page.locator("mark:focus").inner_text() == "a rejoint"
    assert "Finlande" in page.locator("#details").inner_text()


def test_an_error_is_told_and_what_was_typed_stays(page):
    read(page, "La Finlande a rejoint l'OTAN.", "hier")
    alert = page.get_by_role("alert")
    assert "is not EDTF" in alert.inner_text()
    assert page.evaluate("document.activeElement.id") == "problem"
    assert page.get_by_label("text", exact=True).input_value() == "La Finlande a rejoint l'OTAN."
    assert serious_findings(page) == []
    page.locator("#language").click()
    assert "n’est pas en EDTF" in alert.inner_text()


def test_a_file_is_read(page, tmp_path):
    (tmp_path / "a.txt").write_text("La Finlande a rejoint l'OTAN le 4 avril 2023.", encoding="utf-8")
    page.get_by_label("or a text file").set_input_files(tmp_path / "a.txt")
    page.get_by_role("button", name="Read the text").click()
    assert page.locator("article h3").inner_text() == "a.txt"
    assert page.locator("table.triples tbody tr").count() == 1


def test_a_text_without_triples_says_so(page):
    read(page, "Il pleut à Paris.")
    assert page.get_by_text("No dated status is found", exact=False).is_visible()
    assert page.locator(".text").inner_text() == "Il pleut à Paris."
    assert serious_findings(page) == []


def test_a_hostile_text_is_shown_as_text_with_its_offsets(page, address):
    read(page, HOSTILE)
    shown = page.locator(".text").evaluate("element => element.textContent")
    assert shown == HOSTILE
    assert page.title() == "Dated statuses"
    assert page.get_by_label("text", exact=True).input_value() == HOSTILE
    told = page.request.post(f"{address}/extract", data={"text": HOSTILE}).json()
    marks = page.locator(".text mark").evaluate_all(
        """marks => marks.map((mark) => {
            const before = document.createRange();
            before.setStart(mark.closest(".text"), 0);
            before.setEnd(mark, 0);
            return [[...before.toString()].length, mark.textContent];
        })"""
    )
    assert marks == sorted([m["start"], m["text"]] for m in told["entities"])
    assert [HOSTILE[m["start"] : m["end"]] for m in told["entities"]] == [m["text"] for m in told["entities"]]
    assert {row["country"] for row in told["triples"]} >= {"FIN", "PER"}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_it_fits_and_can_be_read_by_all(browser, address, width, scheme):
    page = browser.new_page(viewport={"width": width, "height": 844}, color_scheme=scheme)
    page.goto(address)
    assert box_problems(page) == []
    assert serious_findings(page) == []
    page.screenshot(path=SCREENSHOTS / f"serve-empty-{width}-{scheme}.png", full_page=True)
    read(page, ARTICLE, "2024-07-04")
    assert box_problems(page) == []
    assert serious_findings(page) == []
    # What is off the screen is laid out late; a picture of the whole page wants it all.
    page.add_style_tag(content="* { content-visibility: visible !important }")
    page.screenshot(path=SCREENSHOTS / f"serve-{width}-{scheme}.png", full_page=True)
    read(page, ARTICLE, "04/07/2024")
    assert box_problems(page) == []
    page.screenshot(path=SCREENSHOTS / f"serve-error-{width}-{scheme}.png")
    page.close()
