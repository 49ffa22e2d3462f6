"""Annotated documents in brat standoff: a `.txt` and a `.ann` file each.

`T` lines are mentions, `R` lines relations (`holder Arg1:T1 Arg2:T2`), `A` lines the code of a STATUS mention
(`Status T1 member`). A triple is a note on the `holder` relation that yields it:
`#1  AnnotatorNotes R1  KGZ host 2019-06-13/2019-06-14 OCS`, with `null` for no date or organisation.
The document's id, date and style, for which brat has no place, stand in a `.json` that brat passes over.
The format: Stenetorp et al., « brat: a Web-based Tool for NLP-Assisted Text Annotation », EACL 2012.
"""

from __future__ import annotations

import json
import logging
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import count, pairwise
from pathlib import Path
from typing import Any

from pipeline.dates import is_edtf
from pipeline.document import (
    ENTITY_LABELS,
    RELATION_TYPES,
    STATUSES,
    TAIL_LABELS,
    Document,
    Mention,
    Relation,
    Triple,
)
from pipeline.errors import StatutsError
from pipeline.files import new_folder

log = logging.getLogger(__name__)

#: Stands for no date and no organisation.
_NONE = "null"
#: What the `.json` beside a text holds.
_KEPT = ("id", "date", "style", "inferred_date")
_LINE_END = re.compile(r"(\r\n?|\n)")
#: What a file is named by its document's id: so many characters of it, at most 200 bytes.
_LONGEST_NAME = 50


def read_brat(annotation: Path) -> Document:
    """The document of a `.ann` file and the `.txt` beside it.

    Its id is that of the `.json` there, else the path of the text.
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
    document = _document(annotation, str(path), text, mentions, relations, statuses, notes)
    return replace(document, **_kept(annotation.with_suffix(".json")))


def _kept(path: Path) -> dict[str, Any]:
    """What the `.json` beside a text tells; nothing where there is none."""
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        found = {name: values[name] for name in _KEPT if values.get(name) is not None}
        for name, value in found.items():
            if not isinstance(value, str) or (name.endswith("date") and not is_edtf(value)):
                raise ValueError(f"{name} {value!r}")
            value.encode()  # a lone surrogate is no text
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, AttributeError, TypeError, RecursionError) as error:
        raise StatutsError(f"{path}: no id, date and style of a document: {error}") from error
    return found


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

    A triple is noted on the relation from its trigger to its holder, which a gold triple need not name. One
    that no relation tells is left out, with a warning.
    """
    from pipeline.score import telling  # reading needs none of what scores need

    ids = {mention.id: f"T{i}" for i, mention in enumerate(document.entities, start=1)}
    lines = [_mention_line(ids[mention.id], mention) for mention in document.entities]
    coded = [mention for mention in document.entities if mention.status]
    lines += [f"A{i}\tStatus {ids[m.id]} {m.status}" for i, m in enumerate(coded, start=1)]
    names: dict[tuple[str, ...], str] = {}
    for i, relation in enumerate(document.relations, start=1):
        names.setdefault((relation.type, relation.head, relation.tail), f"R{i}")
        lines.append(f"R{i}\t{relation.type} Arg1:{ids[relation.head]} Arg2:{ids[relation.tail]}")
    number = 0
    for triple in document.triples:
        target = names.get(("holder", *(mention.id for mention in telling(document, triple))))
        values = [triple.country, triple.status, triple.date or _NONE, triple.organisation or _NONE]
        if target is None:
            log.warning("%s: no `holder` relation tells %s; left out", document.id, " ".join(values))
            continue
        number += 1
        lines.append(f"#{number}\tAnnotatorNotes {target}\t{' '.join(' '.join(values).split())}")
    return "".join(line + "\n" for line in lines)


def _mention_line(id: str, mention: Mention) -> str:
    fragments, at = [], mention.start
    for line in _LINE_END.split(mention.text):  # brat wants a fragment for each line
        if line.strip("\r\n"):
            fragments.append(f"{at} {at + len(line)}")
        at += len(line)
    place = ";".join(fragments) or f"{mention.start} {mention.end}"
    return f"{id}\t{mention.label} {place}\t{_LINE_END.sub(' ', mention.text)}"


def write_brat(path: Path, documents: Iterable[Document]) -> int:
    """Write a folder that brat opens, with its `annotation.conf`; the number of documents.

    Files are named after the documents' ids. Raises StatutsError where the folder is there and not empty.
    """
    number = 0
    taken: set[str] = set()
    with new_folder(path) as folder:
        (folder / "annotation.conf").write_text(annotation_conf(), encoding="utf-8")
        for document in documents:
            name = _file_name(document.id, taken)
            # The reader takes one byte-order mark off.
            encoding = "utf-8-sig" if document.text.startswith("\ufeff") else "utf-8"
            (folder / f"{name}.txt").write_bytes(document.text.encode(encoding))
            (folder / f"{name}.ann").write_bytes(to_brat(document).encode())
            kept = {key: getattr(document, key) for key in _KEPT if getattr(document, key) is not None}
            (folder / f"{name}.json").write_text(
                json.dumps(kept, ensure_ascii=False) + "\n", encoding="utf-8"
            )
            number += 1
    return number


def _file_name(id: str, taken: set[str]) -> str:
    """A name for a document's files, kept in `taken`: letters, digits, `-`, `_` of its id; never a path.

    Names differ in more than case, which some file systems do not tell apart.
    """
    stem = re.sub(r"[^\w-]+", "_", unicodedata.normalize("NFC", id.removesuffix(".txt")))
    stem = stem.strip("_")[-_LONGEST_NAME:].strip("_") or "document"
    names = (stem if n == 1 else f"{stem}-{n}" for n in count(1))
    name = next(name for name in names if unicodedata.normalize("NFKC", name).casefold() not in taken)
    taken.add(unicodedata.normalize("NFKC", name).casefold())
    return name


def annotation_conf() -> str:
    """brat's configuration of our labels, relations and statuses."""
    sections = {
        "entities": ENTITY_LABELS,
        "relations": [f"{type}\tArg1:STATUS, Arg2:{'|'.join(TAIL_LABELS[type])}" for type in RELATION_TYPES],
        "events": [],
        "attributes": [f"Status\tArg:STATUS, Value:{'|'.join(STATUSES)}"],
    }
    return "\n".join("".join(f"{line}\n" for line in (f"[{name}]", *rows)) for name, rows in sections.items())
