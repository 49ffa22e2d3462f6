"""Annotated documents in brat standoff: a `.txt` and a `.ann` file each.

`T` lines are mentions, `R` lines relations (`holder Arg1:T1 Arg2:T2`), `A` lines the code of a STATUS mention
(`Status T1 member`). A triple is a note on the `holder` relation that yields it:
`#1  AnnotatorNotes R1  KGZ host 2019-06-13/2019-06-14 OCS`, with `null` for no date or organisation.
The format: Stenetorp et al., « brat: a Web-based Tool for NLP-Assisted Text Annotation », EACL 2012.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

from pipeline.dates import is_edtf
from pipeline.document import ENTITY_LABELS, RELATION_TYPES, STATUSES, Document, Mention, Relation, Triple
from pipeline.errors import StatutsError

#: Stands for no date and no organisation.
_NONE = "null"


def read_brat(annotation: Path) -> Document:
    """The document of a `.ann` file and the `.txt` beside it; its id is the path of the text.

    Spans in fragments count as one where only white space lies between them. Other annotation types than ours
    are an error. Raises StatutsError naming file and line.
    """
    path = annotation.with_suffix(".txt")
    try:
        text = path.read_bytes().decode("utf-8-sig")
        lines = annotation.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise StatutsError(f"{annotation}: needs {path.name} beside it, both in UTF-8: {error}") from error
    mentions: dict[str, Mention] = {}
    relations: dict[str, Relation] = {}
    statuses: dict[str, str] = {}
    notes: list[tuple[str, str]] = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            id, rest = line.split("\t", 1)
            if id in mentions or id in relations:
                raise ValueError("this id stands twice")
            if id.startswith("T"):
                mentions[id] = _mention(id, rest, text)
            elif id.startswith("R"):
                relations[id] = _relation(rest)
            elif id.startswith("A"):
                _, target, value = rest.split()
                statuses[target] = _one_of(value, STATUSES)
            elif id.startswith("#"):
                target, _, note = rest.partition("\t")
                notes.append((target.split()[1], note))
            else:
                raise ValueError("an annotation of a kind that is not ours")
        except (ValueError, IndexError) as error:
            raise StatutsError(f"{annotation}:{number}: {error}: {line.strip()[:80]!r}") from error
    return _document(annotation, str(path), text, mentions, relations, statuses, notes)


def _mention(id: str, rest: str, text: str) -> Mention:
    place, _, words = rest.partition("\t")
    label, _, offsets = place.partition(" ")
    fragments = [tuple(map(int, fragment.split())) for fragment in offsets.split(";")]
    start, end = fragments[0][0], fragments[-1][1]
    if not 0 <= start < end <= len(text):
        raise ValueError("offsets outside the text")
    for (_, before), (after, _) in pairwise(fragments):
        if text[before:after].strip():
            raise ValueError("a span in fragments with words between them")
    if "".join(words.split()) != "".join(text[start:end].split()):
        raise ValueError("the words are not those at the offsets")
    return Mention(id, _one_of(label, ENTITY_LABELS), start, end, text[start:end])  # type: ignore[arg-type]


def _relation(rest: str) -> Relation:
    kind, head, tail = rest.split()
    if not (head.startswith("Arg1:") and tail.startswith("Arg2:")):
        raise ValueError("a relation needs Arg1 and Arg2")
    return Relation(_one_of(kind, RELATION_TYPES), head[5:], tail[5:])  # type: ignore[arg-type]


def _one_of(value: str, known: Sequence[str]) -> str:
    if value not in known:
        raise ValueError(f"unknown {value!r} (known: {', '.join(known)})")
    return value


def _document(
    annotation: Path,
    id: str,
    text: str,
    mentions: dict[str, Mention],
    relations: dict[str, Relation],
    statuses: dict[str, str],
    notes: Sequence[tuple[str, str]],
) -> Document:
    if lost := statuses.keys() - mentions.keys():
        raise StatutsError(f"{annotation}: a Status of {min(lost)}, which is not there")
    entities = []
    for mention in mentions.values():
        status = statuses.get(mention.id)
        if (mention.label == "STATUS") != (status is not None):
            raise StatutsError(
                f"{annotation}: {mention.id}: a STATUS, and nothing else, needs a Status attribute"
            )
        entities.append(Mention(mention.id, mention.label, mention.start, mention.end, mention.text, status))  # type: ignore[arg-type]
    for name, relation in relations.items():
        if relation.head not in mentions or relation.tail not in mentions:
            raise StatutsError(f"{annotation}: {name}: relates a mention that is not there")
    triples = []
    for target, note in notes:
        if target not in relations or relations[target].type != "holder":
            continue  # an annotator's own note
        triples.append(_triple(annotation, relations[target], statuses, note))
    return Document(
        id, text, entities=tuple(entities), relations=tuple(relations.values()), triples=tuple(triples)
    )


def _triple(annotation: Path, relation: Relation, statuses: dict[str, str], note: str) -> Triple:
    match = re.fullmatch(r"([A-Z]{3}) (\w+) (\S+) (.+)", note.strip())
    if not match or match[2] != statuses.get(relation.head):
        raise StatutsError(f"{annotation}: a triple's note reads `KGZ host 2019-06 OCS`, not {note!r}")
    date = None if match[3] == _NONE else match[3]
    if date is not None and not is_edtf(date):
        raise StatutsError(f"{annotation}: {date!r} in a triple's note is not an EDTF date")
    organisation = None if match[4] == _NONE else match[4]
    return Triple(match[1], match[2], date, organisation, trigger=relation.head, holder=relation.tail)  # type: ignore[arg-type]


def to_brat(document: Document) -> str:
    """The `.ann` of a document; its `.txt` is `document.text` to the letter.

    A triple is noted on the relation from its `trigger` to its `holder`; one without these is left out.
    """
    ids = {mention.id: f"T{i}" for i, mention in enumerate(document.entities, start=1)}
    lines = []
    for mention in document.entities:
        fragments, at = [], mention.start
        for line in re.split(r"(\r?\n)", mention.text):  # brat wants a fragment for each line
            if line.strip("\r\n"):
                fragments.append(f"{at} {at + len(line)}")
            at += len(line)
        words = re.sub(r"\r?\n", " ", mention.text)
        lines.append(f"{ids[mention.id]}\t{mention.label} {';'.join(fragments)}\t{words}")
    coded = [mention for mention in document.entities if mention.status]
    lines += [f"A{i}\tStatus {ids[m.id]} {m.status}" for i, m in enumerate(coded, start=1)]
    names: dict[tuple[str, str | None, str | None], str] = {}
    for i, relation in enumerate(document.relations, start=1):
        names.setdefault((relation.type, relation.head, relation.tail), f"R{i}")
        lines.append(f"R{i}\t{relation.type} Arg1:{ids[relation.head]} Arg2:{ids[relation.tail]}")
    noted = [t for t in document.triples if ("holder", t.trigger, t.holder) in names]
    for i, triple in enumerate(noted, start=1):
        target = names["holder", triple.trigger, triple.holder]
        values = (triple.country, triple.status, triple.date or _NONE, triple.organisation or _NONE)
        lines.append(f"#{i}\tAnnotatorNotes {target}\t{' '.join(values)}")
    return "".join(line + "\n" for line in lines)
