"""Exchange: what a form holds comes back as it was, and what it cannot hold is what docs/exchange.md says."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.corpus import read_annotated, to_line
from pipeline.document import STATUSES, Document, Mention, Relation, Span, Triple
from pipeline.errors import StatutsError
from pipeline.exchange import FORMS, form_of, write
from pipeline.exchange.brat import annotation_conf
from pipeline.exchange.turtle import add_document, new_graph, qualifiers
from pipeline.score import score
from tests.conftest import ROOT
from tests.strategies import documents

NAMES = {
    "jsonl": "a.jsonl",
    "parquet": "a.parquet",
    "brat": "brat",
    "datasets": "data",
    "spacy": "a.spacy",
    "turtle": "a.ttl",
}
#: The forms that hold all of a document.
WHOLE = ["jsonl", "parquet", "datasets", "spacy"]
DEV = list(read_annotated(ROOT / "annotations/dev"))
MALI = "Le Mali préside l'UA."
CHAIR = Document(
    "a",
    MALI,
    date="2024",
    entities=(
        Mention("c", "COUNTRY", 3, 7, "Mali"),
        Mention("s", "STATUS", 8, 15, "préside", "chair"),
        Mention("o", "ORG", 18, 20, "UA"),
    ),
    relations=(Relation("holder", "s", "c"), Relation("org", "s", "o")),
    triples=(
        Triple(
            "MLI",
            "chair",
            "2024",
            "UA",
            trigger="s",
            holder="c",
            org="o",
            confidence=0.5,
            evidence=Span(0, 21),
        ),
    ),
)


def there_and_back(folder: Path, given: list[Document], form: str) -> list[Document]:
    write(folder / NAMES[form], given, form)
    return list(read_annotated(folder / NAMES[form]))


def as_in_brat(document: Document) -> Document:
    """What brat holds: mentions renumbered and without the line ends at their border, no confidences, triples
    that a relation tells."""
    ids = {m.id: f"T{i}" for i, m in enumerate(document.entities, start=1)}
    mentions = []
    for m in document.entities:
        text = m.text.strip("\r\n") or m.text
        start = m.start + m.text.index(text)
        mentions.append(Mention(ids[m.id], m.label, start, start + len(text), text, m.status))
    relations = [Relation(r.type, ids[r.head], ids[r.tail]) for r in document.relations]
    triples = [
        Triple(t.country, t.status, t.date, t.organisation, trigger=ids[t.trigger], holder=ids[t.holder])
        for t in document.triples
    ]
    return replace(
        document, sentences=(), entities=tuple(mentions), relations=tuple(relations), triples=tuple(triples)
    )


def as_in_turtle(document: Document) -> Document:
    """What RDF holds: the text and the triples, without mentions, relations and sentences."""
    triples = tuple(replace(t, trigger=None, holder=None, org=None, dates=()) for t in document.triples)
    return replace(document, sentences=(), entities=(), relations=(), triples=triples)


several = given(st.lists(documents(), max_size=3, unique_by=lambda document: document.id))
some = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@pytest.mark.parametrize("form", ["jsonl", "spacy"])
@some
@several
def test_made_up_documents_come_back_whole(tmp_path_factory, form, made):
    assert there_and_back(tmp_path_factory.mktemp("x"), made, form) == made


@pytest.mark.parametrize("form", ["parquet", "datasets"])
@settings(some, max_examples=4)
@several
def test_made_up_documents_come_back_whole_from_tables(tmp_path_factory, form, made):
    assert there_and_back(tmp_path_factory.mktemp("x"), made, form) == made


@some
@several
def test_made_up_documents_come_back_from_brat(tmp_path_factory, made):
    found = there_and_back(tmp_path_factory.mktemp("x"), made, "brat") if made else []
    assert {d.id: d for d in found} == {d.id: as_in_brat(d) for d in made}


@some
@several
def test_made_up_documents_come_back_from_turtle(tmp_path_factory, made):
    found = there_and_back(tmp_path_factory.mktemp("x"), made, "turtle")
    assert {d.id: d for d in found} == {d.id: as_in_turtle(d) for d in made}


@pytest.mark.parametrize("form", WHOLE)
def test_dev_comes_back_to_the_letter(tmp_path, form):
    assert [to_line(d) for d in there_and_back(tmp_path, DEV, form)] == [to_line(d) for d in DEV]


def test_dev_comes_back_from_brat_with_its_triples(tmp_path, caplog):
    found = {d.id: d for d in there_and_back(tmp_path, DEV, "brat")}
    assert not caplog.records
    assert len(found) == len(DEV)
    for gold in DEV:
        back = found[gold.id]
        assert (back.text, back.date, back.style) == (gold.text, gold.date, gold.style)
        assert [(m.label, m.start, m.end, m.status) for m in back.entities] == [
            (m.label, m.start, m.end, m.status) for m in gold.entities
        ]
        said = [
            Counter((t.country, t.status, t.date, t.organisation) for t in d.triples) for d in (gold, back)
        ]
        assert said[0] == said[1]


def test_dev_comes_back_from_turtle_with_its_triples(tmp_path):
    found = {d.id: d for d in there_and_back(tmp_path, DEV, "turtle")}
    assert found == {d.id: as_in_turtle(d) for d in DEV}


def test_a_corrected_prediction_is_scored_against_the_prediction(tmp_path):
    write(tmp_path / "brat", [CHAIR], "brat")
    (annotation,) = (tmp_path / "brat").glob("*.ann")
    annotation.write_text(annotation.read_text().replace("MLI chair 2024", "MLI chair 2025"))
    (gold,) = read_annotated(tmp_path / "brat")
    (error,) = score([gold], [CHAIR]).errors
    assert (error.kind, error.gold.date, error.predicted.date) == ("wrong date", "2025", "2024")


def test_brats_configuration_is_that_of_the_gold():
    assert annotation_conf() == (ROOT / "annotations/gold/annotation.conf").read_text()


IDS = ["../../etc/passwd", "/a/b.txt", "a/b", "A/B", "", "..", "\0", "é" * 300, "😀", "a b.txt", "CON:x|y"]


def test_ids_are_file_names_in_the_folder_and_never_paths(tmp_path):
    write(tmp_path / "brat", [replace(CHAIR, id=id) for id in IDS], "brat")
    assert [path for path in tmp_path.rglob("*.ann") if path.parent != tmp_path / "brat"] == []
    names = {path.stem.casefold() for path in (tmp_path / "brat").glob("*.ann")}
    assert len(names) == len(IDS)
    assert sorted(d.id for d in read_annotated(tmp_path / "brat")) == sorted(IDS)


def test_a_triple_that_brat_cannot_hold_is_told(tmp_path, caplog):
    write(tmp_path / "brat", [replace(CHAIR, relations=())], "brat")
    assert "a: no `holder` relation tells MLI chair 2024 UA; left out" in caplog.text


@pytest.mark.parametrize("values", ["[]", '{"date": "hier"}', '{"id": 3}', "{"])
def test_a_bad_file_beside_a_text_is_named(tmp_path, values):
    write(tmp_path / "brat", [CHAIR], "brat")
    (tmp_path / "brat/a.json").write_text(values)
    with pytest.raises(StatutsError, match=r"a\.json: no id, date and style"):
        list(read_annotated(tmp_path / "brat"))


@pytest.mark.parametrize("form", ["brat", "datasets"])
def test_a_folder_that_may_hold_corrections_is_not_written_over(tmp_path, form):
    write(tmp_path / "out", [CHAIR], form)
    before = sorted(path.name for path in (tmp_path / "out").iterdir())
    with pytest.raises(StatutsError, match="is there already"):
        write(tmp_path / "out", [], form)
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == before


def failing():
    yield CHAIR
    raise StatutsError("gold.jsonl:2: bad")


@pytest.mark.parametrize("form", FORMS)
def test_nothing_is_left_of_what_is_not_written_whole(tmp_path, form):
    with pytest.raises(StatutsError, match="bad"):
        write(tmp_path / NAMES[form], failing(), form)
    assert list(tmp_path.iterdir()) == []


def test_spacy_sees_mentions_sentences_and_statuses(tmp_path):
    import spacy
    from spacy.tokens import DocBin

    write(tmp_path / "a.spacy", DEV, "spacy")
    docs = list(DocBin().from_disk(tmp_path / "a.spacy").get_docs(spacy.blank("fr").vocab))
    gold = max(DEV, key=lambda d: len(d.entities))
    doc = docs[DEV.index(gold)]
    assert doc.text == gold.text
    assert {(e.start_char, e.end_char, e.label_, e.kb_id_) for e in doc.ents} <= {
        (m.start, m.end, m.label, m.status or "") for m in gold.entities
    }
    assert len(doc.spans["mentions"]) == len(gold.entities)
    assert len(doc.user_data["statuts"]["relations"]) == len(gold.relations)


def test_what_spacy_changes_is_read(tmp_path):
    import spacy
    from spacy.tokens import DocBin

    doc = spacy.blank("fr")("Le Mali préside.")
    doc.ents = [doc.char_span(3, 7, label="COUNTRY")]
    DocBin(docs=[doc]).to_disk(tmp_path / "own.spacy")
    (document,) = read_annotated(tmp_path / "own.spacy")
    assert document.id == f"{tmp_path / 'own.spacy'}:1"
    assert document.entities == (Mention("m1", "COUNTRY", 3, 7, "Mali"),)


def test_datasets_reads_what_is_written(tmp_path):
    from datasets import DatasetDict, load_from_disk

    write(tmp_path / "one", DEV, "datasets")
    rows = load_from_disk(str(tmp_path / "one"))
    assert rows["id"][:3] == [d.id for d in DEV[:3]]
    DatasetDict(train=rows, test=rows).save_to_disk(str(tmp_path / "two"))
    assert list(read_annotated(tmp_path / "two")) == DEV * 2


def test_statements_are_found_as_in_wikidata():
    graph = new_graph()
    for document in DEV:
        add_document(graph, document)
    asked = """
        SELECT ?code ?name ?start WHERE {
            ?country wdt:P298 ?code ; p:P463 ?statement .
            ?statement ps:P463/rdfs:label ?name ; pq:P580 ?start ; statuts:status statuts:member .
        }"""
    found = Counter((str(c), str(n), str(s)) for c, n, s in graph.query(asked))
    expected = Counter(
        (t.country, t.organisation, qualifiers(t)["P580"])
        for d in DEV
        for t in d.triples
        if t.status == "member" and t.organisation and "P580" in qualifiers(t)
    )
    assert found == expected
    assert sum(found.values()) > 20


@pytest.mark.parametrize("status", STATUSES)
def test_only_a_membership_is_a_statement_of_member_of(status):
    graph = new_graph()
    add_document(graph, replace(CHAIR, triples=(Triple("MLI", status, "2024", "UA"),)))
    memberships = list(graph.query("SELECT ?s WHERE { ?c p:P463 ?s }"))
    assert len(memberships) == (status in ("member", "associate", "withdrawn"))


@pytest.mark.parametrize(
    ("status", "date", "expected"),
    [
        ("member", "1952/..", {"P580": "1952"}),
        ("member", "../2020-01", {"P582": "2020-01"}),
        ("host", "2019-06-13/2019-06-14", {"P580": "2019-06-13", "P582": "2019-06-14"}),
        ("observer", "2024-07-04", {"P585": "2024-07-04"}),
        ("withdrawn", "2020-01-31/..", {"P582": "2020-01-31"}),
        ("member", "2024~", {"P585": "2024"}),
        ("member", "XXXX-07-04", {}),
        ("member", "199X", {}),
        ("member", "2024-21", {}),
        ("member", None, {}),
    ],
)
def test_qualifiers(status, date, expected):
    assert qualifiers(Triple("MLI", status, date)) == expected


def test_qualifiers_are_typed_by_their_precision():
    graph = new_graph()
    for n, date in enumerate(["2024", "2024-07", "2024-07-04"]):
        add_document(graph, Document(str(n), "x", triples=(Triple("MLI", "member", date),)))
    found = {
        str(o): str(o.datatype).rsplit("#")[1] for (o,) in graph.query("SELECT ?o WHERE { ?s pq:P585 ?o }")
    }
    assert found == {"2024": "gYear", "2024-07": "gYearMonth", "2024-07-04": "date"}


def test_two_documents_of_one_id_are_no_graph(tmp_path):
    with pytest.raises(StatutsError, match="document a: this id stands twice"):
        write(tmp_path / "a.ttl", [CHAIR, CHAIR], "turtle")


@pytest.mark.parametrize(
    ("name", "to", "form"),
    [
        ("a.jsonl", None, "jsonl"),
        ("A.TTL", None, "turtle"),
        ("a.spacy", "spacy", "spacy"),
        ("a", "brat", "brat"),
        ("a.v2", "datasets", "datasets"),
    ],
)
def test_the_form_follows_from_the_name(name, to, form):
    assert form_of(Path(name), to) == form


@pytest.mark.parametrize(
    ("name", "to", "reason"),
    [
        ("folder", None, "folder: its name tells no form; end it in .*, or give --to brat or --to datasets"),
        ("a.jsonl", "brat", "a.jsonl: --to brat writes a path with no suffix of a file"),
        ("a.spacy", "turtle", "--to turtle writes a path with .ttl"),
        ("a", "xml", "--to xml: unknown form; known are jsonl, "),
    ],
)
def test_a_name_that_tells_no_form_or_another(name, to, reason):
    with pytest.raises(StatutsError, match=reason):
        form_of(Path(name), to)


@pytest.mark.parametrize("name", ["a.parquet", "a.spacy", "a.ttl", "data/dataset_info.json"])
def test_a_file_that_is_none_is_named(tmp_path, name):
    (tmp_path / "data").mkdir()
    (tmp_path / name).write_bytes(b"\x00{<none")
    path = tmp_path / name.split("/")[0]
    with pytest.raises(StatutsError, match=path.name):
        list(read_annotated(path))


@pytest.mark.parametrize("row", [{"id": "a", "text": "\ud83d"}, {"id": "\ud83d", "text": "a"}])
def test_what_no_file_can_hold_is_told(tmp_path, row):
    (tmp_path / "a.jsonl").write_text(json.dumps(row))
    with pytest.raises(StatutsError, match=r"a\.jsonl:1: .*lone surrogate"):
        list(read_annotated(tmp_path / "a.jsonl"))
