"""The report in a real browser: hover, focus, filter, sort, follow evidence, languages, colours, accessibility.

Screenshots go to build/screenshots.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.corpus import read_annotated
from pipeline.document import Document, Mention, Relation, Span, Triple
from pipeline.report.page import render
from tests.conftest import ROOT
from tests.test_report import FINLAND, HOSTILE, corpus

SCREENSHOTS = ROOT / "build/screenshots"
WIDTHS = (1280, 390)


def joined(documents):
    """One document of the texts of many, with their annotations."""
    text, entities, relations, triples = "", [], [], []
    for number, document in enumerate(documents):
        shift = len(text)

        def id(name, number=number):
            return name and f"{number}-{name}"

        entities += [
            replace(m, id=id(m.id), start=m.start + shift, end=m.end + shift) for m in document.entities
        ]
        relations += [replace(r, head=id(r.head), tail=id(r.tail)) for r in document.relations]
        triples += [
            replace(t, trigger=id(t.trigger), holder=id(t.holder), dates=()) for t in document.triples
        ]
        text += document.text + "\n\n"
    return Document(
        "long/" + "a-name-without-a-space-" * 6,
        text,
        "2024",
        None,
        (),
        tuple(entities),
        tuple(relations),
        tuple(triples),
    )


def hostile():
    spans = [(8, 18, "COUNTRY"), (18, 30, "ORG"), (25, 40, "DATE")]
    mentions = [Mention(f"m{n}", label, s, e, HOSTILE[s:e]) for n, (s, e, label) in enumerate(spans)]
    status = Mention("s", "STATUS", 0, 8, HOSTILE[:8], "member")
    return Document(
        HOSTILE.replace("\r", ""),
        HOSTILE,
        entities=(status, *mentions),
        relations=(Relation("holder", "s", "m0"), Relation("org", "s", "m1")),
        triples=(Triple("FIN", "member", "2020/..", HOSTILE[18:30], "s", "m0", evidence=Span(0, 40)),),
    )


def contradicting():
    first, second = (
        Triple("GBR", "member", "1973/..", "UE"),
        Triple("GBR", "withdrawn", "2020-01-31/..", "UE"),
    )
    return [Document("a", "x", "2024", triples=(first,)), Document("b", "x", "2024", triples=(second,))]


@pytest.fixture(scope="session")
def pages(tmp_path_factory):
    """Reports on disk by name: the articles beside an imperfect copy of their gold, and others."""
    folder = tmp_path_factory.mktemp("reports")
    gold = list(read_annotated(ROOT / "annotations/gold"))
    imperfect = [
        replace(
            document,
            date="2024-07-04",
            entities=document.entities[:-1],
            relations=tuple(
                r for r in document.relations if document.entities[-1].id not in (r.head, r.tail)
            ),
            triples=(
                *(replace(t, date="2024-07") if n == 6 else t for n, t in enumerate(document.triples[:-1])),
                Triple("FRA", "observer", "2001/..", "OCS", confidence=0.4),
            ),
        )
        for document in gold
    ]
    written = {
        "articles": render(imperfect, gold),
        "long": render([joined(corpus(30))]),
        "hostile": render([hostile(), *contradicting()]),
        "plain": render([FINLAND, *corpus(300)]),
    }
    for name, page in written.items():
        (folder / f"{name}.html").write_text(page, encoding="utf-8")
    return folder


@pytest.fixture
def visit(browser, pages):
    """Opens a report; a script's error, a console message or a request for anything else fails the test."""
    contexts, problems = [], []

    def opened(name, *, width=1280, scheme="light", locale="en-GB"):
        context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, locale=locale
        )
        contexts.append(context)
        page = context.new_page()
        url = (pages / f"{name}.html").as_uri()
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("console", lambda message: problems.append(message.text))
        page.on(
            "request",
            lambda request: problems.append(request.url) if request.url.split("#")[0] != url else None,
        )
        page.on("dialog", lambda dialog: problems.append(dialog.message))
        page.goto(url)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert problems == []


def box_problems(page):
    """Elements that stick out of the window, save in what scrolls, and text that is cut off by its own box."""
    return page.evaluate(
        """() => {
            const out = [];
            if (document.documentElement.scrollWidth > innerWidth) out.push("the page scrolls sideways");
            for (const element of document.querySelectorAll("main *, header *")) {
                if (element.closest(".wide, svg, .ticks, .unseen, .bar") || !element.getClientRects().length) continue;
                const box = element.getBoundingClientRect();
                if (box.right > innerWidth + 1 || box.left < -1) out.push(element.outerHTML.slice(0, 80));
            }
            for (const row of document.querySelectorAll(".lane:not([hidden]) li, .triples tr:not([hidden])")) {
                const boxes = [...row.children].map((cell) => cell.getBoundingClientRect()).filter((box) => box.width);
                for (const [n, a] of boxes.entries())
                    for (const b of boxes.slice(n + 1))
                        if (a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1)
                            out.push("overlap: " + row.textContent.slice(0, 80));
                for (const cell of row.children)
                    if (cell.scrollWidth > cell.clientWidth + 1 && cell.clientWidth && !cell.matches(".track"))
                        out.push("cut off: " + cell.textContent.slice(0, 80));
            }
            return out;
        }"""
    )


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", ["articles", "long", "hostile"])
def test_nothing_overlaps_or_overflows(visit, name, width):
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    for scheme, locale in (("light", "en-GB"), ("dark", "fr-FR")):
        page = visit(name, width=width, scheme=scheme, locale=locale)
        # What is off the screen is laid out late; a picture of the whole page wants it all.
        page.add_style_tag(content="* { content-visibility: visible !important }") if name != "long" else None
        page.screenshot(path=SCREENSHOTS / f"report-{name}-{width}-{scheme}.png", full_page=True)
        assert box_problems(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["articles", "hostile"])
@pytest.mark.parametrize("width", WIDTHS)
def test_axe_finds_nothing_serious(visit, name, scheme, width):
    from axe_playwright_python.sync_playwright import Axe

    page = visit(name, scheme=scheme, width=width, locale="fr-FR")
    page.locator("mark[data-r]").first.focus()
    found = Axe().run(page).response["violations"]
    assert [v["id"] for v in found if v["impact"] in ("serious", "critical")] == []


def test_hover_draws_the_relations_and_tells_them(visit):
    page = visit("plain")
    trigger = page.locator("#d0m1")
    trigger.hover()
    assert page.locator("svg.relations path").count() == 3
    told = page.locator("#details").inner_text()
    assert all(words in told for words in ("member", "Finlande", "OTAN", "4 avril 2023"))
    assert page.locator("#d0 mark.related").count() == 4
    page.locator("h1").hover()
    assert page.locator("svg.relations").count() == 0


def test_a_tail_draws_its_own_relation_only(visit):
    page = visit("plain")
    page.locator("#d0m2").hover()
    assert page.locator("svg.relations path").count() == 1


def test_the_keyboard_reaches_a_status_and_escape_leaves_it(visit):
    page = visit("plain")
    page.locator("#d0m1").focus()
    assert page.locator("svg.relations path").count() == 3
    page.keyboard.press("Escape")
    assert page.locator("#details").is_hidden()


def test_a_row_far_down_leads_to_its_evidence(visit):
    page = visit("plain")
    link = page.locator(".triples tbody tr:visible a[data-m]").last
    target = link.get_attribute("href")
    link.click()
    page.wait_for_function(
        "(id) => { const box = document.querySelector(id).getBoundingClientRect();"
        " return box.bottom > 0 && box.top < innerHeight }",
        arg=target,
    )
    assert page.evaluate("document.activeElement.dataset.s") is not None


def test_a_row_leads_to_its_evidence_by_keyboard(visit):
    page = visit("plain")
    page.locator(".triples a[data-m]").first.focus()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "d0m1"
    assert page.locator("#d0e0.found").inner_text() == FINLAND.text
    page.wait_for_function(
        "() => { const box = document.getElementById('d0e0').getBoundingClientRect();"
        " return box.top > 0 && box.bottom < innerHeight }"
    )
    assert page.url.endswith("#d0e0")


def test_filter_by_words_status_and_outcome(visit):
    page = visit("articles")
    shown = page.locator(".triples tbody tr:visible")
    everything = shown.count()
    page.locator("#filter [name=status]").select_option("observer")
    assert 0 < shown.count() < everything
    page.locator("#filter [name=status]").select_option("")
    page.get_by_role("searchbox").fill("tajikistan OCS")
    assert shown.count() == 1
    assert page.locator(".lane:visible").count() == 1
    page.get_by_role("searchbox").fill("")
    page.locator("#filter [name=outcome]").select_option("wrong date")
    assert "(gold)" in shown.first.inner_text()
    page.locator("#filter [name=outcome]").select_option("missed")
    assert shown.count() == 2


def test_more_rows_come_on_demand(visit):
    page = visit("plain")
    shown = page.locator(".triples tbody tr:visible")
    assert shown.count() == 200
    page.locator("#triples .more").click()
    assert shown.count() == 400


def test_columns_sort_both_ways(visit):
    page = visit("plain")
    button = page.get_by_role("button", name="Date")
    cells = page.locator(".triples tbody tr:visible td:nth-child(4)")
    button.click()
    first = cells.all_inner_texts()
    assert first == sorted(first)
    assert page.locator("th.date").get_attribute("aria-sort") == "ascending"
    button.click()
    last = cells.all_inner_texts()
    assert last == sorted(last, reverse=True)
    assert page.locator("th.date").get_attribute("aria-sort") == "descending"


def test_the_language_switch_and_what_the_browser_prefers(visit):
    page = visit("plain")
    assert page.locator("html").get_attribute("lang") == "en"
    assert page.locator(".triples tbody tr").first.inner_text().startswith("Finland")
    page.get_by_role("button", name="Français").click()
    assert page.locator("html").get_attribute("lang") == "fr"
    assert page.locator("#triples-title").inner_text() == "Triplets"
    assert page.locator(".triples tbody tr").first.inner_text().startswith("Finlande")
    assert page.title() == "Statuts datés"
    assert page.locator("#d0 .text").get_attribute("lang") == "fr"
    assert visit("plain", locale="fr-CA").locator("#triples-title").inner_text() == "Triplets"


def test_the_colour_switch_and_what_the_system_prefers(visit):
    def ground(page):
        return page.evaluate("getComputedStyle(document.body).backgroundColor")

    page = visit("plain", scheme="dark")
    dark = ground(page)
    page.locator("#theme").click()
    assert ground(page) == ground(visit("plain")) != dark


def test_a_hostile_text_is_text_with_its_offsets(visit):
    page = visit("hostile")
    assert page.locator("#d0 .text").evaluate("e => e.textContent") == HOSTILE
    assert page.locator("#d0m0").evaluate("e => e.textContent") == HOSTILE[:8]
    assert page.locator("#d0m1").evaluate("e => e.textContent") == HOSTILE[8:18]
    assert page.evaluate("document.querySelectorAll('script').length") == 2


def test_conflicts_are_listed_and_marked(visit):
    page = visit("hostile")
    assert page.locator(".conflicts li").count() == 1
    assert page.locator(".lane .conflict").count() == 2


def test_years_zoom_the_timeline(visit):
    page = visit("hostile")
    bar = page.locator(".bar.withdrawn")
    left = bar.bounding_box()["x"]
    page.get_by_label("years from").fill("2015")
    page.locator("input[name=high]").fill("2025")
    assert bar.bounding_box()["x"] > page.locator(".ticks").bounding_box()["x"]
    assert bar.bounding_box()["x"] != left
    assert "2020" in page.locator(".ticks").inner_text()
    page.get_by_role("button", name="Whole time").click()
    assert bar.bounding_box()["x"] == left


def test_bars_stand_at_their_dates_on_the_axis(visit):
    page = visit("hostile")
    page.locator("input[name=low]").fill("2010")
    page.locator("input[name=high]").fill("2030")
    tick = page.locator(".ticks span").filter(has_text="2020").bounding_box()["x"]
    year = page.locator(".ticks").bounding_box()["width"] / 20
    assert page.locator(".bar.withdrawn").bounding_box()["x"] == pytest.approx(
        tick + 30 / 366 * year, abs=1.5
    )


def test_screenshots_are_kept(visit):
    page = visit("plain")
    page.locator("#d0m1").hover()
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SCREENSHOTS / "report-relations.png")
    assert Path(SCREENSHOTS / "report-relations.png").stat().st_size > 10_000
