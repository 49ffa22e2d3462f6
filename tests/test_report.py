"""The report: text to HTML, the timeline and its conflicts, predictions beside gold, the page as a whole."""

from __future__ import annotations

import html.parser
import json
import re
import time
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.corpus import read_annotated, read_jsonl, to_line
from pipeline.document import Document, Mention, Relation, Span, Triple
from pipeline.report.comparison import compare
from pipeline.report.labels import labels, with_countries
from pipeline.report.markup import highlighted, marked, pieces
from pipeline.report.page import render, view
from pipeline.report.timeline import certain_days, timeline
from tests.conftest import ROOT

TEXT = "La Finlande a rejoint l'OTAN le 4 avril 2023."
FINLAND = Document(
    "d",
    TEXT,
    entities=(
        Mention("c", "COUNTRY", 3, 11, "Finlande", confidence=0.97),
        Mention("s", "STATUS", 12, 21, "a rejoint", "member"),
        Mention("o", "ORG", 24, 28, "OTAN"),
        Mention("t", "DATE", 32, 44, "4 avril 2023"),
    ),
    relations=(Relation("holder", "s", "c"), Relation("org", "s", "o"), Relation("date", "s", "t")),
    triples=(
        Triple(
            "FIN", "member", "2023-04-04/..", "OTAN", "s", "c", "o", ("t",), "text", 0.9, Span(0, len(TEXT))
        ),
    ),
)


class Elements(html.parser.HTMLParser):
    """The elements of a page with their attributes and whole text, as a browser reads them."""

    def __init__(self, page):
        super().__init__()
        self.found = []
        self.text = ""
        self._open = []
        self.feed(str(page).replace("\r\n", "\n").replace("\r", "\n"))
        self.close()

    def handle_starttag(self, tag, attributes):
        element = {"tag": tag, "text": "", **dict(attributes)}
        self.found.append(element)
        if tag not in ("meta", "input", "line", "path", "rect", "wbr"):
            self._open.append(element)

    def handle_endtag(self, tag):
        while self._open and self._open.pop()["tag"] != tag:
            pass

    def handle_data(self, data):
        self.text += data
        for element in self._open:
            element["text"] += data

    def of(self, tag, name=None):
        return [
            e for e in self.found if e["tag"] == tag and (name is None or name in e.get("class", "").split())
        ]


def marks_of(page):
    return [element for element in Elements(page).of("mark") if "id" in element]


def test_mentions_are_marked_and_a_status_lists_its_relations():
    country, status, body, date = marks_of(highlighted(TEXT, marked(FINLAND), prefix="d0"))
    assert (country["text"], country["class"], country["data-c"]) == ("Finlande", "COUNTRY", "0.97")
    assert (status["data-s"], status["data-r"], status["tabindex"]) == ("member", "d3 h0 o2", "0")
    assert [element["id"] for element in (country, body, date)] == ["d0m0", "d0m2", "d0m3"]


HOSTILE = '<script>alert("x")</script> & \'é e\u0301 👩‍🚀 \u202eabc\u200f &lt; ]]> <!-- \r\n\r x'


def test_a_text_of_markup_signs_renders_as_text():
    document = Document("h", HOSTILE, entities=(Mention("c", "COUNTRY", 8, 18, HOSTILE[8:18]),))
    page = highlighted(document.text, marked(document), prefix="d0")
    assert Elements(page).text == HOSTILE
    assert marks_of(page)[0]["text"] == HOSTILE[8:18]
    assert "<script" not in page


@given(
    st.text(st.sampled_from("ab<>&\"'\r\n é\u0301\u202e😀\0"), min_size=1, max_size=30),
    st.lists(st.tuples(st.integers(0, 29), st.integers(1, 30), st.sampled_from(["ORG", "DATE"])), max_size=6),
    st.lists(st.tuples(st.integers(0, 29), st.integers(1, 30)), max_size=4),
)
def test_any_spans_over_any_text_keep_text_and_offsets(text, spans, told):
    kept = [(s, min(e, len(text)), label) for s, e, label in spans if s < min(e, len(text))]
    mentions = tuple(Mention(str(n), label, s, e, text[s:e]) for n, (s, e, label) in enumerate(kept))
    evidence = pieces(Span(s, min(e, len(text))) for s, e in told if s < min(e, len(text)))
    marks = marked(Document("d", text, entities=mentions))
    page = highlighted(text, marks, evidence, prefix="p")
    read = Elements(page)
    assert read.text == text.replace("\0", "\ufffd")
    starts = {e["id"]: e["text"] for e in read.found if "id" in e}
    assert set(starts) == {
        f"p{k}{n}" for k, items in (("m", marks), ("e", evidence)) for n in range(len(items))
    }
    for number, mark in enumerate(marks):
        # Where spans cross, the element with the id ends at the crossing; what it holds is the mention's start.
        whole = mark.mention.text.replace("\0", "\ufffd")
        assert starts[f"pm{number}"]
        assert whole.startswith(starts[f"pm{number}"])


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(1, 5)), max_size=8))
def test_pieces_are_disjoint_and_cover_the_spans(starts):
    spans = [Span(start, start + length) for start, length in starts]
    found = pieces(spans)
    assert all(one.end <= two.start for one, two in pairwise(found))
    assert {n for s in found for n in range(s.start, s.end)} == {
        n for s in spans for n in range(s.start, s.end)
    }
    assert all(not (p.start < s.start < p.end or p.start < s.end < p.end) for p in found for s in spans)


def test_beside_gold_each_mention_and_relation_stands_once_with_its_side():
    gold = replace(FINLAND, entities=FINLAND.entities[:3], relations=FINLAND.relations[:2])
    ours = replace(FINLAND, entities=FINLAND.entities[1:], relations=FINLAND.relations[1:])
    marks = marked(ours, gold)
    assert [mark.side for mark in marks] == ["missed", "right", "right", "spurious"]
    assert [(link.type, link.side) for link in marks[1].links] == [
        ("date", "spurious"),
        ("holder", "missed"),
        ("org", "right"),
    ]


def test_a_row_leads_to_its_evidence():
    text = "Le Mali est membre de l'UA. Le Togo aussi."
    said = (Span(0, 27), Span(0, len(text)))
    triples = tuple(
        Triple(code, "member", None, evidence=span) for code, span in zip(("MLI", "TGO"), said, strict=True)
    )
    shown = view(Document("x", text, triples=triples), 4)
    assert [row.anchor.target for row in shown.rows] == ["d4e0", "d4e0"]
    assert [row.anchor.pieces for row in shown.rows] == [("d4e0",), ("d4e0", "d4e1")]
    ids = {e["id"]: e["text"] for e in Elements(shown.html).of("span")}
    assert [ids["d4e0"], ids["d4e1"]] == [text[:27], text[27:]]


# The timeline.


def said(id, country, status, date, organisation="UE", document_date="2024-07-04", source="text"):
    return Document(
        id,
        "x",
        date=document_date,
        triples=(Triple(country, status, date, organisation, date_source=source),),
    )


@pytest.mark.parametrize(
    ("date", "document_date", "days"),
    [
        ("2024-07-04", None, ("2024-07-04", "2024-07-04")),
        ("2024", None, None),
        ("1973/2020", None, ("1973-12-31", "2020-01-01")),
        ("2004-05/..", "2010-03", ("2004-05-31", "2010-03-01")),
        ("2004/..", None, ("2004-12-31", "2004-12-31")),
        ("2004/..", "2003", None),
        ("../2020", "2024", None),
        ("2004/", "2024", None),
        ("2004?/..", "2024", None),
        ("199X/..", "2024", None),
        ("{2024-06-03,2024-06-17}", "2024", None),
    ],
)
def test_days_that_a_date_certainly_covers(date, document_date, days):
    found = certain_days(date, document_date)
    assert (found and tuple(map(str, found))) == days


@pytest.mark.parametrize(
    ("one", "two", "kind"),
    [
        (("member", "1973/.."), ("withdrawn", "2020-01-31/.."), "status"),
        (("member", "1973/2020"), ("withdrawn", "2020-01-31/.."), None),  # the change itself
        (("member", "2024-07-04"), ("acceding", "2024-07-04"), None),  # the day of the change
        (("member", "2024"), ("withdrawn", "2020/.."), None),  # no day of 2024 is certain
        (("member", "2024-07-03"), ("withdrawn", "2020/.."), "status"),
        (("member", "1963/.."), ("suspended", "2021/.."), None),  # a suspended member is one
        (("observer", "2001/.."), ("candidate", "2010/.."), None),
        (("member", "2004/.."), ("member", "2007/.."), "start"),
        (("member", "2004/.."), ("member", "2004-05-01/.."), None),
        (("member", "2004/2006"), ("member", "2007/.."), None),
    ],
)
def test_conflicts_between_two_documents(one, two, kind):
    found = timeline([said("a", "GBR", *one), said("b", "GBR", *two)]).conflicts
    assert [conflict.kind for conflict in found] == ([kind] if kind else [])


def test_no_conflict_within_one_document_between_organisations_or_where_none_is_named():
    one, two = said("a", "GBR", "member", "1973/.."), said("b", "GBR", "withdrawn", "2020-01-31/..")
    assert not timeline([replace(one, triples=one.triples + two.triples)]).conflicts
    assert not timeline([one, said("b", "GBR", "withdrawn", "2020-01-31/..", "AELE")]).conflicts
    assert not timeline(
        [replace(d, triples=(replace(d.triples[0], organisation=None),)) for d in (one, two)]
    ).conflicts
    assert timeline([one, two]).lanes[0].bars[1].in_conflict


def test_an_open_start_reaches_to_the_date_of_its_document_only():
    early = said("a", "GBR", "member", "1973/..", document_date="2015")
    assert not timeline([early, said("b", "GBR", "withdrawn", "2020-01-31/..")]).conflicts


def test_one_lane_a_country_and_organisation_and_one_bar_for_what_is_said_alike():
    found = timeline(
        [
            said("a", "MAR", "member", "1984/2017-01-30", "L’Union"),
            said("b", "MAR", "member", "2017-01-30/..", "l'union"),
            said("c", "MAR", "member", "2017-01-30/..", "L'Union"),
            said("d", "MAR", "host", "2018", None),
        ]
    )
    assert [(lane.organisation, len(lane.bars)) for lane in found.lanes] == [(None, 1), ("L’Union", 2)]
    first, second = found.lanes[1].bars
    assert (first.start, first.end) == (1984.0, pytest.approx(2017 + 30 / 365, abs=1e-3))
    assert (second.end, [s.document for s in second.statements]) == (None, [1, 2])
    assert found.low < 1984
    assert found.high > 2019


@pytest.mark.parametrize("date", [None, "XXXX-07-04", "XXXX-06/.."])
def test_what_no_year_is_known_of_stands_apart(date):
    found = timeline([said("a", "MAR", "host", date)])
    assert not found.lanes
    assert len(found.undated) == 1


@pytest.mark.parametrize("date", ["199X", "2004?", "[2004,2006]", "2004~/.."])
def test_a_doubtful_date_is_drawn_so(date):
    (lane,) = timeline([said("a", "MAR", "host", date)]).lanes
    assert not lane.bars[0].certain


@pytest.mark.parametrize("date", ["9999", "-0051", "9999/..", "0001/9999-12-31", "Y17000"])
def test_the_ends_of_the_calendar_are_drawn(date):
    assert timeline([said("a", "MAR", "host", date)]).lanes


# Beside gold.


def test_outcomes_and_confusion_of_triples():
    right, late, other, extra = (
        Triple("FIN", "member", "2023"),
        Triple("SWE", "member", "2024"),
        Triple("NOR", "observer", "2020"),
        Triple("DNK", "host", "2020"),
    )
    gold = Document(
        "d",
        TEXT,
        triples=(
            right,
            replace(late, date="2023"),
            replace(other, status="member"),
            Triple("ISL", "host", None),
        ),
    )
    found = compare([Document("d", TEXT, triples=(right, late, other, extra))], [gold])
    assert [each.outcome for each in found.judged[0]] == [
        "right",
        "wrong date",
        "wrong status",
        "spurious",
        "missed",
    ]
    assert found.confusion.counts == {
        ("member", "member"): 2,
        ("member", "observer"): 1,
        ("host", None): 1,
        (None, "host"): 1,
    }


def test_a_gold_document_without_prediction_is_shown_as_missed_and_one_without_gold_unjudged():
    gold = replace(FINLAND, id="g")
    found = compare([FINLAND, replace(FINLAND, id="g", triples=())], [gold])
    assert [[each.outcome for each in judged] for judged in found.judged] == [["not judged"], ["missed"]]
    assert 'class="missed"' in render([FINLAND], [FINLAND, gold])


# The page.


def test_every_label_is_in_both_languages_and_used():
    english, french = labels()["en"], labels()["fr"]
    assert english.keys() == french.keys()
    pages = [*(ROOT / "pipeline/report").rglob("*.*"), *(ROOT / "pipeline/serve/templates").iterdir()]
    templates = "".join(p.read_text("utf-8") for p in pages if p.suffix in (".html", ".js"))
    # The server's refusals are told by their keys.
    templates += "".join(p.read_text("utf-8") for p in (ROOT / "pipeline/serve").glob("*.py"))
    codes = {"missed", "spurious", "wrong date", "wrong status", "wrong country", "not judged", "right"}
    from pipeline.document import ENTITY_LABELS, RELATION_TYPES, STATUSES

    told_by_code = codes | {*ENTITY_LABELS, *RELATION_TYPES, *STATUSES, "conflict-status", "conflict-start"}
    unused = [
        key
        for key in english
        if key not in told_by_code and not re.search(rf"[\"']{re.escape(key)}[\"']", templates)
    ]
    assert unused == ["entities", "triples, undated"]  # names that `score` gives


def test_countries_have_names_in_both_languages():
    words = with_countries(["FIN", "SUN", "XKX", "ZZZ"])
    assert (words["fr"]["FIN"], words["en"]["FIN"], words["fr"]["ZZZ"]) == ("Finlande", "Finland", "ZZZ")
    assert words["en"]["XKX"] == "Kosovo"


@pytest.mark.parametrize("gold", [None, [FINLAND]])
def test_the_page_asks_for_nothing_from_outside(gold):
    page = render([FINLAND], gold)
    for element in Elements(page).found:
        for name in ("src", "href", "action", "data", "srcset", "xlink:href"):
            assert (element.get(name) or "#").startswith("#"), element
    assert "@import" not in page
    assert not re.search(r"url\((?!#)", page)
    assert "default-src 'none'" in page


def test_ids_stand_once_and_links_lead_to_them():
    page = Elements(render([FINLAND, replace(FINLAND, id="e")], [FINLAND]))
    ids = [element["id"] for element in page.found if "id" in element]
    assert len(ids) == len(set(ids))
    assert {e["href"][1:] for e in page.of("a")} | {
        e["data-m"] for e in page.of("a") if e.get("data-m")
    } <= set(ids)


def test_what_comes_from_files_is_escaped_everywhere():
    bad = '"><script>alert(1)</script>'
    document = replace(
        FINLAND,
        id=bad,
        text=bad + TEXT,
        date="2024-01-01",
        entities=(Mention('"><b', "STATUS", 0, len(bad), bad, "member"),),
        relations=(),
        triples=(Triple("FIN", "member", "2023/..", bad, trigger='"><b', evidence=Span(0, 9)),),
    )
    other = replace(
        document, id="o", triples=(replace(document.triples[0], status="withdrawn", date="2020/.."),)
    )
    for gold in (None, [document]):
        assert timeline([document, other]).conflicts
        assert "<script>alert" not in render([document, other], gold)


def test_without_gold_scores_are_left_out():
    assert Elements(render([FINLAND])).of("section", "scores") == []
    assert 'id="scores"' not in render([FINLAND])
    assert 'id="scores"' in render([FINLAND], [FINLAND])


def test_a_page_of_nothing():
    assert "<table" in render([])
    assert render([Document("empty", "")], [Document("empty", "")])


def corpus(count):
    """So many documents with the annotations of the repository as their predictions, numbered anew."""
    found = [
        document for path in sorted((ROOT / "annotations").rglob("*.jsonl")) for document in read_jsonl(path)
    ] + list(read_annotated(ROOT / "annotations/gold"))
    return [replace(found[n % len(found)], id=f"documents/{n:05d}.txt") for n in range(count)]


def test_a_thousand_documents_beside_gold_in_ten_seconds_and_fifteen_megabytes():
    documents = corpus(1000)
    started = time.process_time()  # of this process: other work on the machine does not count
    page = render(documents, documents)
    assert time.process_time() - started < 10
    assert len(page.encode()) < 15_000_000


def test_the_command_writes_one_file(tmp_path, monkeypatch, capsys):
    from pipeline.commands import main

    (tmp_path / "t.jsonl").write_text(to_line(FINLAND), encoding="utf-8")
    output = tmp_path / "report.html"
    monkeypatch.setattr(
        "sys.argv",
        [
            "pipeline",
            "report",
            str(tmp_path / "t.jsonl"),
            "--gold",
            str(tmp_path / "t.jsonl"),
            "--output",
            str(output),
        ],
    )
    with pytest.raises(SystemExit) as stop:
        main()
    assert not stop.value.code
    embedded = re.search(r'id="labels">(.*?)</script>', output.read_text("utf-8"), flags=re.S)
    assert json.loads(embedded[1])["fr"]["FIN"] == "Finlande"


def test_the_command_without_a_stage_file(tmp_path, monkeypatch, capsys):
    from pipeline.commands import main

    monkeypatch.setattr(
        "sys.argv", ["pipeline", "report", str(tmp_path / "none.jsonl"), "--output", str(tmp_path / "r.html")]
    )
    with pytest.raises(SystemExit) as stop:
        main()
    assert stop.value.code == 2
    assert "none.jsonl: no such file; run the stage before this one" in capsys.readouterr().err
    assert not (tmp_path / "r.html").exists()
