"""The server's API and page: answers, refusals, and that one text never keeps others from an answer."""

from __future__ import annotations

import asyncio
import json
import re
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
import schemathesis
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, settings
from schemathesis.checks import load_all_checks
from schemathesis.specs.openapi.checks import positive_data_acceptance

from pipeline.document import Document
from pipeline.errors import StatutsError
from pipeline.results import triple_rows
from pipeline.serve.app import create_app
from pipeline.serve.limits import MOST_WAITING, Limits
from tests.conftest import ROOT
from tests.test_report import FINLAND, TEXT

JSON = {"Content-Type": "application/json"}
SMALL = Limits(characters=300, seconds=5)


def find_finland(document: Document) -> Document:
    """Stands in for the models: knows one sentence, at the start of a text."""
    known = FINLAND if document.text.startswith(TEXT) else Document("", "")
    return Document(
        document.id,
        document.text,
        date=document.date,
        entities=known.entities,
        relations=known.relations,
        triples=known.triples,
    )


@pytest.fixture(scope="module")
def client():
    with TestClient(create_app(find_finland, limits=SMALL), raise_server_exceptions=False) as client:
        yield client


def test_the_answer_has_the_rows_of_extract(client):
    answer = client.post("/extract", json={"text": TEXT, "id": "d", "date": "2023-05"})
    assert answer.status_code == 200
    told = answer.json()
    assert told["triples"] == triple_rows(Document(**{**fields(FINLAND), "date": "2023-05"}))
    assert (told["id"], told["date"], told["inferred_date"]) == ("d", "2023-05", None)
    assert [TEXT[m["start"] : m["end"]] for m in told["entities"]] == [m.text for m in FINLAND.entities]
    assert [(r["type"], r["head"], r["tail"]) for r in told["relations"]] == [
        (r.type, r.head, r.tail) for r in FINLAND.relations
    ]


def fields(document: Document) -> dict:
    return {name: getattr(document, name) for name in document.__dataclass_fields__}


def test_the_models_answer_as_they_do_on_the_command_line(extractor):
    app = create_app(lambda document: next(extractor.pipe([document])))
    told = TestClient(app).post("/extract", json={"text": f"😀 {TEXT}"}).json()
    (row,) = told["triples"]
    assert (row["country"], row["status"], row["date"]) == ("FIN", "member", "2023-04-04/..")
    assert row["spans"]["country"] == {"start": 5, "end": 13}


@pytest.mark.parametrize(
    ("body", "status", "reason"),
    [
        ({}, 422, "text: Field required"),
        ({"text": " \n"}, 422, "there is no text to read"),
        ({"text": 3}, 422, "text: Input should be a valid string"),
        ({"text": TEXT, "date": "hier"}, 422, "date: 'hier': not an EDTF date"),
        ({"text": TEXT, "date": ""}, 422, "not an EDTF date"),
        ({"text": TEXT, "date": "2024" * 20}, 422, "date: String should have at most 64"),
        ({"text": TEXT, "dates": "2024"}, 422, "dates: Extra inputs"),
        ({"text": "a" * 301}, 413, "too many characters: 301 > 300"),
        ({"text": "a" * 30_000}, 413, "too many bytes: 23600 B"),
    ],
)
def test_what_is_wrong_with_a_request_is_told(client, body, status, reason):
    answer = client.post("/extract", json=body)
    assert answer.status_code == status
    assert reason in answer.json()["error"]


@pytest.mark.parametrize("body", [b"{", b"\xff\xfe", b"[" * 5000, b""])
def test_a_broken_body_is_the_clients_fault(client, body):
    answer = client.post("/extract", content=body, headers=JSON)
    assert answer.status_code in (400, 422)
    assert answer.json()["error"]


def test_lone_surrogates_are_read_as_in_files(client):
    answer = client.post("/extract", content=rb'{"text": "\ud83d", "id": "\ud83d"}', headers=JSON)
    assert (answer.status_code, answer.json()["id"]) == (200, "\ufffd")


def test_a_body_of_no_told_length_is_cut_off_too():
    app = create_app(find_finland, limits=SMALL)
    received, sent = 0, []

    async def receive():
        nonlocal received
        received += 1
        return {"type": "http.request", "body": b"a" * 1000, "more_body": True}

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": "/extract", "headers": [], "query_string": b""}
    in_a_loop(app(scope, receive, send))
    assert sent[0]["status"] == 413
    assert received == SMALL.request_bytes // 1000 + 1


def test_an_error_of_the_pipeline_is_one_of_the_text():
    def fail(document):
        raise StatutsError("document text: bad")

    client = TestClient(create_app(fail))
    answer = client.post("/extract", json={"text": "a"})
    assert (answer.status_code, answer.json()) == (422, {"error": "document text: bad"})
    page = client.post("/", data={"text": "a"})
    assert page.status_code == 422
    assert "document text: bad" in page.text


class Slow:
    """Extracts when it is let, and counts how many do at once."""

    def __init__(self):
        self.let, self.lock = threading.Event(), threading.Lock()
        self.now = self.most = 0

    def __call__(self, document):
        with self.lock:
            self.now += 1
            self.most = max(self.most, self.now)
        self.let.wait(10)
        time.sleep(0.005)
        with self.lock:
            self.now -= 1
        return document


def asked(app, use):
    """What `use` gives with a client of the app whose requests can overlap."""

    async def run():
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            return await use(client)

    return in_a_loop(run())


def in_a_loop(coroutine):
    """Its result; in a thread, for the browser of other tests has a loop in this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, coroutine).result()


def test_a_text_that_takes_too_long_is_refused():
    slow = Slow()

    async def use(client):
        return await client.post("/extract", json={"text": "a"})

    answer = asked(create_app(slow, limits=Limits(seconds=0.05)), use)
    slow.let.set()
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "10")
    assert answer.json() == {"error": "the text takes longer to read than is allowed: 0.05 s"}


def test_one_text_is_read_at_a_time_some_wait_and_the_others_are_refused():
    slow = Slow()

    async def use(client):
        posts = [
            asyncio.create_task(client.post("/extract", json={"text": "a"})) for _ in range(MOST_WAITING + 3)
        ]
        while sum(post.done() for post in posts) < 2:
            await asyncio.sleep(0.01)
        page = await client.get("/")  # answered while a text is read
        slow.let.set()
        return page, [await post for post in posts]

    page, answers = asked(create_app(slow), use)
    assert page.status_code == 200
    assert sorted(answer.status_code for answer in answers) == [200] * (MOST_WAITING + 1) + [503] * 2
    assert slow.most == 1


def test_what_gave_up_waiting_is_not_read():
    slow = Slow()
    read = []

    def extract(document):
        read.append(document.id)
        return slow(document)

    async def use(client):
        first = asyncio.create_task(client.post("/extract", json={"text": "a", "id": "first"}))
        while not read:
            await asyncio.sleep(0.01)
        second = await client.post("/extract", json={"text": "a", "id": "second"})
        slow.let.set()
        await first
        await asyncio.sleep(0.05)
        return second.status_code

    assert asked(create_app(extract, limits=Limits(seconds=0.3)), use) == 503
    assert read == ["first"]


def test_another_sites_name_is_not_answered():
    app = create_app(find_finland, hosts=["localhost"])
    assert TestClient(app, base_url="http://localhost:8000").get("/").status_code == 200
    assert TestClient(app, base_url="http://evil.example").get("/").status_code == 400


def test_nothing_is_loaded_from_elsewhere(client):
    assert client.get("/docs").status_code == client.get("/redoc").status_code == 404
    page = client.post("/", data={"text": TEXT})
    assert not re.search(r"""(?:src|href|action)=["']?(?:https?:)?//""", page.text)
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    nonce = re.search(r"'nonce-([^']+)'", page.headers["Content-Security-Policy"])[1]
    scripts = re.findall(r"<script(?! type=.application/json)[^>]*>", page.text)
    assert scripts == [f'<script nonce="{nonce}">']


def test_nothing_is_kept(client):
    assert client.post("/extract", json={"text": TEXT}).headers["Cache-Control"] == "no-store"


def test_the_schema_tells_the_errors(client):
    post = client.get("/openapi.json").json()["paths"]["/extract"]["post"]
    assert set(post["responses"]) == {"200", "400", "413", "422", "503"}
    assert "HTTPValidationError" not in json.dumps(post)


def test_the_page_reads_a_file_in_an_older_encoding(client):
    text = f"{TEXT} L'été dernier, à Bichkek, l'Érythrée siégeait près du Kirghizstan, où elle était invitée."
    page = client.post("/", files={"file": ("a.txt", text.encode("cp1252"))})
    assert page.status_code == 200
    assert "L&#39;été dernier, à Bichkek" in page.text
    assert ">Finlande</mark>" in page.text


@pytest.mark.parametrize(
    ("data", "file", "status", "reason"),
    [
        ({"text": " "}, None, 422, "there is no text to read"),
        ({}, None, 422, "there is no text to read"),
        ({"text": TEXT, "date": "<b>"}, None, 422, "<bdi>&lt;b&gt;</bdi>"),
        ({}, b"\0\1", 422, "a.bin: a binary file"),
        ({"text": "a" * 301}, None, 413, "the text has too many characters"),
    ],
)
def test_the_page_says_what_is_wrong_and_keeps_what_was_typed(client, data, file, status, reason):
    page = client.post("/", data=data, files={"file": ("a.bin", file)} if file else {})
    assert page.status_code == status
    assert 'role="alert"' in page.text
    assert reason in page.text
    assert f">\n{data.get('text', '').replace(chr(39), '&#39;')}</textarea>" in page.text


def test_line_ends_that_a_form_makes_are_not_in_the_text(client):
    page = client.post("/", data={"text": f"{TEXT}\r\nSuite."})
    assert "&#13;" not in page.text
    assert "\nSuite.</div>" in page.text


load_all_checks()
SCHEMA = schemathesis.openapi.from_asgi("/openapi.json", create_app(find_finland, limits=SMALL))


@SCHEMA.parametrize()
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
def test_any_request_is_answered_as_the_schema_says(case):
    # A date that is a string but no EDTF, or an empty text, is refused: no schema can say so.
    case.call_and_validate(excluded_checks=[positive_data_acceptance])


def test_the_command_serves_until_it_is_stopped():
    command = [sys.executable, "-m", "pipeline", "serve", "--port", "0"]
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as server:
        try:
            address = server.stdout.readline().split()[0]
            answer = httpx.post(f"{address}/extract", json={"text": TEXT}, timeout=30)
        finally:
            server.terminate()
    assert address.startswith("http://127.0.0.1:")
    assert [row["country"] for row in answer.json()["triples"]] == ["FIN"]


def test_a_port_in_use_is_one_line():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        command = [sys.executable, "-m", "pipeline", "serve", "--port", port]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert re.fullmatch(
        rf"error: cannot listen on 127.0.0.1 port {port} \(.+\); give another --port\n", done.stderr
    )
