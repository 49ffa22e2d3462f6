"""Triples as RDF statements in Turtle, shaped as Wikidata's: country, property, statement, with qualifiers.

`docs/exchange.md` shows one. A membership is a statement of P463 (member of); a status that is none has a
property of our own vocabulary, for readers of P463 take each of its statements for a membership. Qualifiers
are P580 (start), P582 (end) and P585 (point in time); a country carries its code as P298. Texts and evidence
are strings of NIF 2.0, dates EDTF literals of the Library of Congress's datatype. Models:
https://www.mediawiki.org/wiki/Wikibase/Indexing/RDF_Dump_Format and
https://persistence.uni-leipzig.org/nlp2rdf/.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from pipeline.corpus import from_row
from pipeline.document import STATUSES, Document, Status, Triple
from pipeline.errors import StatutsError
from pipeline.files import replacing

if TYPE_CHECKING:
    from rdflib import Graph, URIRef
    from rdflib.term import Node

#: Our vocabulary, documents, countries, organisations: not registered, they are names and no addresses.
OURS = "urn:x-statuts:"
_NAMESPACES = {
    "statuts": f"{OURS}ns:",
    "sp": f"{OURS}prop:",
    "sps": f"{OURS}prop:statement:",
    "country": f"{OURS}country:",
    "org": f"{OURS}organisation:",
    "doc": f"{OURS}document:",
    "wikibase": "http://wikiba.se/ontology#",
    "wdt": "http://www.wikidata.org/prop/direct/",
    "p": "http://www.wikidata.org/prop/",
    "ps": "http://www.wikidata.org/prop/statement/",
    "pq": "http://www.wikidata.org/prop/qualifier/",
    "nif": "http://persistence.uni-leipzig.org/nlp2rdf/ontologies/nif-core#",
    "edtf": "http://id.loc.gov/datatypes/edtf/",
}
#: Wikidata's property of a status; one that is not here is a property of our own.
_PROPERTIES: dict[Status, str] = {"member": "P463", "associate": "P463", "withdrawn": "P463"}
_XSD_DATES = {10: "date", 7: "gYearMonth", 4: "gYear"}


def _rdflib() -> Any:
    try:
        import rdflib
    except ImportError as error:
        raise StatutsError('.ttl files need rdflib: pip install "statuts[rdf]"') from error
    return rdflib


def write_turtle(path: Path, documents: Iterable[Document]) -> int:
    """Write a `.ttl` file, which appears when all is in it; the number of documents.

    The graph is held in memory. Raises StatutsError without rdflib, where two documents share an id, or for a
    path that cannot be written.
    """
    graph = new_graph()
    seen: set[str] = set()
    with replacing(path) as fresh:
        for document in documents:
            if document.id in seen:
                raise StatutsError(
                    f"document {document.id}: this id stands twice; give each document its own"
                )
            seen.add(document.id)
            add_document(graph, document)
        graph.serialize(fresh, format="turtle", encoding="utf-8")
    return len(seen)


def new_graph() -> Graph:
    """An empty graph with the prefixes that statements use. Raises StatutsError without rdflib."""
    graph = _rdflib().Graph(bind_namespaces="none")
    for prefix, namespace in _NAMESPACES.items():
        graph.bind(prefix, namespace)
    for prefix in ("rdf", "rdfs", "xsd", "prov", "dcterms"):
        graph.bind(prefix, getattr(_rdflib(), prefix.upper()))
    return graph


def _names(prefix: str) -> Any:
    return _rdflib().Namespace(_NAMESPACES[prefix])


def add_document(graph: Graph, document: Document) -> None:
    """Add a document's text and its triples to a graph that `new_graph` made."""
    from rdflib import DCTERMS, RDF, XSD, Literal, URIRef

    nif, edtf, ours = _names("nif"), _names("edtf").EDTF, _names("statuts")
    node = URIRef(_NAMESPACES["doc"] + quote(document.id, safe=""))
    graph.add((node, RDF.type, nif.Context))
    graph.add((node, DCTERMS.identifier, Literal(document.id)))
    graph.add((node, nif.isString, Literal(document.text)))
    graph.add((node, nif.beginIndex, Literal(0, datatype=XSD.nonNegativeInteger)))
    graph.add((node, nif.endIndex, Literal(len(document.text), datatype=XSD.nonNegativeInteger)))
    for property, date in ((DCTERMS.date, document.date), (ours.inferredDate, document.inferred_date)):
        if date is not None:
            graph.add((node, property, Literal(date, datatype=edtf)))
    if document.style is not None:
        graph.add((node, DCTERMS.type, Literal(document.style)))
    for number, triple in enumerate(document.triples, start=1):
        _add_statement(graph, document, node, number, triple)


def _add_statement(graph: Graph, document: Document, node: URIRef, number: int, triple: Triple) -> None:
    from rdflib import PROV, RDF, RDFS, XSD, BNode, Literal, URIRef

    nif, edtf, ours = _names("nif"), _names("edtf").EDTF, _names("statuts")
    country = URIRef(_NAMESPACES["country"] + triple.country)
    graph.add((country, _names("wdt").P298, Literal(triple.country)))
    statement = URIRef(f"{node}#triple-{number}")
    property = _PROPERTIES.get(triple.status)
    link, value = ("p", "ps") if property else ("sp", "sps")
    organisation: BNode | URIRef = BNode()  # some body that the text does not name
    if triple.organisation is not None:
        organisation = URIRef(_NAMESPACES["org"] + quote(triple.organisation, safe=""))
        graph.add((organisation, RDFS.label, Literal(triple.organisation, lang="fr")))
    graph.add((country, _names(link)[property or triple.status], statement))
    graph.add((statement, RDF.type, _names("wikibase").Statement))
    graph.add((statement, _names(value)[property or triple.status], organisation))
    graph.add((statement, ours.status, ours[triple.status]))
    graph.add((statement, ours.number, Literal(number)))
    # A decimal: of a double, rdflib writes seven digits.
    confidence = format(Decimal(repr(triple.confidence)), "f")
    graph.add((statement, ours.confidence, Literal(confidence, datatype=XSD.decimal)))
    if triple.date is not None:
        graph.add((statement, ours.date, Literal(triple.date, datatype=edtf)))
    if triple.date_source is not None:
        graph.add((statement, ours.dateSource, Literal(triple.date_source)))
    for name, date in qualifiers(triple).items():
        kind = getattr(XSD, _XSD_DATES[len(date)])
        graph.add((statement, _names("pq")[name], Literal(date, datatype=kind, normalize=False)))
    if triple.evidence is None:
        graph.add((statement, PROV.wasDerivedFrom, node))
        return
    start, end = triple.evidence.start, triple.evidence.end
    words = URIRef(f"{node}#char={start},{end}")  # RFC 5147
    graph.add((statement, PROV.wasDerivedFrom, words))
    graph.add((words, RDF.type, nif.OffsetBasedString))
    graph.add((words, nif.referenceContext, node))
    graph.add((words, nif.anchorOf, Literal(document.text[start:end])))
    graph.add((words, nif.beginIndex, Literal(start, datatype=XSD.nonNegativeInteger)))
    graph.add((words, nif.endIndex, Literal(end, datatype=XSD.nonNegativeInteger)))


def qualifiers(triple: Triple) -> dict[str, str]:
    """The dates of a statement by Wikidata's properties: P580 start, P582 end, P585 point in time.

    Each is a day, month or year. An open end gives none, nor does what XML Schema cannot write (unspecified
    digits, seasons, choices): `statuts:date` still tells it. A withdrawal begins where the membership ends.
    """
    if triple.date is None:
        return {}
    start, slash, end = triple.date.partition("/")
    found = {"P580": start, "P582": end} if slash else {"P585": start}
    if triple.status == "withdrawn":
        found = {"P582": start}
    plain = {name: date.rstrip("?~%") for name, date in found.items()}
    return {name: date for name, date in plain.items() if _is_plain(date)}


def _is_plain(date: str) -> bool:
    match = re.fullmatch(r"(?!0000)\d{4}(?:-(\d\d)(?:-\d\d)?)?", date)
    return match is not None and (match[1] is None or match[1] <= "12")


def read_turtle(path: Path) -> Iterator[Document]:
    """The documents of a `.ttl` file that `write_turtle` wrote: their texts and triples.

    Mentions, relations and sentences are not in it. Raises StatutsError where a document is not in the form.
    """
    rdflib = _rdflib()
    graph = rdflib.Graph()
    try:
        graph.parse(path, format="turtle")
    except Exception as error:  # rdflib's parser raises its own and others
        raise StatutsError(f"{path}: not Turtle that rdflib reads: {error}") from error
    nif = _names("nif")
    statements: dict[Node, list[Node]] = {}
    for statement in graph.subjects(rdflib.RDF.type, _names("wikibase").Statement):
        source = graph.value(statement, rdflib.PROV.wasDerivedFrom)
        context = graph.value(source, nif.referenceContext) or source
        statements.setdefault(context, []).append(statement)
    for node in graph.subjects(rdflib.RDF.type, nif.Context):
        try:
            yield _document(graph, node, statements.get(node, []))
        except (ValueError, KeyError, TypeError) as error:
            raise StatutsError(f"{path}: {node}: not an annotated document: {error}") from error


def _document(graph: Graph, node: Node, statements: list[Node]) -> Document:
    from rdflib import DCTERMS

    nif, ours = _names("nif"), _names("statuts")
    ordered = sorted(statements, key=lambda statement: int(_text(graph, statement, ours.number) or 0))
    row = {
        "id": _text(graph, node, DCTERMS.identifier),
        "text": _text(graph, node, nif.isString),
        "date": _text(graph, node, DCTERMS.date),
        "style": _text(graph, node, DCTERMS.type),
        "inferred_date": _text(graph, node, ours.inferredDate),
        "triples": [_triple(graph, statement) for statement in ordered],
    }
    return from_row(row)


def _triple(graph: Graph, statement: Node) -> dict[str, Any]:
    from rdflib import PROV, RDFS

    nif, ours = _names("nif"), _names("statuts")
    status = next(s for s in STATUSES if (statement, ours.status, ours[s]) in graph)
    property = _PROPERTIES.get(status)
    link, value = ("p", "ps") if property else ("sp", "sps")
    country = graph.value(predicate=_names(link)[property or status], object=statement)
    organisation = graph.value(statement, _names(value)[property or status])
    source = graph.value(statement, PROV.wasDerivedFrom)
    start, end = (_text(graph, source, name) for name in (nif.beginIndex, nif.endIndex))
    whole = graph.value(source, nif.referenceContext) is None
    return {
        "country": _text(graph, country, _names("wdt").P298),
        "status": status,
        "date": _text(graph, statement, ours.date),
        "organisation": _text(graph, organisation, RDFS.label),
        "date_source": _text(graph, statement, ours.dateSource),
        "confidence": float(_text(graph, statement, ours.confidence) or 1),
        "evidence": None if whole else {"start": int(start or 0), "end": int(end or 0)},
    }


def _text(graph: Graph, subject: Node | None, property: URIRef) -> str | None:
    """The lexical form of a property's literal."""
    value = graph.value(subject, property) if subject is not None else None
    return None if value is None else str(value)
