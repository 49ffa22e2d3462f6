"""Documents as a spaCy `DocBin` (`.spacy`), the form that spaCy trains from.

Mentions are spans: all of them, overlapping ones too, in `doc.spans["mentions"]`, those that do not overlap
in `doc.ents` as well. A span's label is the mention's, its `id_` the mention's id, its `kb_id_` the status of
a STATUS. Sentences are `doc.sents`. What spaCy has no place for is in `doc.user_data["statuts"]`: `id`,
`date`, `style`, `inferred_date`, `sentences`, `relations` and `triples` as in JSON lines, and the
`confidence` of each mention by its id. The format: https://spacy.io/api/docbin
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.corpus import from_row, to_row
from pipeline.document import Document
from pipeline.errors import StatutsError
from pipeline.files import replacing

if TYPE_CHECKING:
    from spacy.tokens import Doc

#: The span group of the mentions, and the key of what spaCy has no place for.
MENTIONS, USER_DATA = "mentions", "statuts"
#: Bytes that a file may unpack to, and bytes of it that are looked at together.
MOST_BYTES, _CHUNK = 2_000_000_000, 65_536
_ATTRIBUTES = ("ORTH", "SPACY", "ENT_IOB", "ENT_TYPE", "ENT_KB_ID", "ENT_ID", "SENT_START")


@cache
def _french() -> Any:
    """spaCy's French, of which only the tokenizer is used."""
    try:
        import spacy
    except ImportError as error:
        raise StatutsError('.spacy files need spaCy: pip install "statuts[spacy]"') from error
    return spacy.blank("fr")


def write_docbin(path: Path, documents: Iterable[Document]) -> int:
    """Write a `.spacy` file, which appears when all is in it; the number of documents.

    spaCy holds all of them in memory. Raises StatutsError without spaCy or where the path cannot be written.
    """
    tokenizer = _french().tokenizer
    from spacy.tokens import DocBin

    docs = DocBin(attrs=_ATTRIBUTES, store_user_data=True)
    count = 0
    with replacing(path) as fresh:
        for document in documents:
            docs.add(to_doc(document, tokenizer))
            count += 1
        docs.to_disk(fresh)
    return count


def read_docbin(path: Path) -> Iterator[Document]:
    """The documents of a `.spacy` file, with the text and spans as they are now.

    In a file that spaCy's own tools wrote, documents get numbers for ids. Raises StatutsError where a
    document is not in our form.
    """
    vocabulary = _french().vocab
    from spacy.tokens import DocBin

    try:
        _check_size(path)
        docs = DocBin().from_disk(path)
    except StatutsError:
        raise
    except Exception as error:  # zlib, msgpack and spaCy each raise their own
        raise StatutsError(f"{path}: not a DocBin that spaCy reads: {error}") from error
    for number, doc in enumerate(docs.get_docs(vocabulary), start=1):
        try:
            yield from_doc(doc, id=f"{path}:{number}")
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise StatutsError(f"{path}: document {number}: not an annotated document: {error}") from error


def _check_size(path: Path) -> None:
    """Raise StatutsError where a file would fill the memory: zlib packs a gigabyte into a megabyte."""
    unpacker, size = zlib.decompressobj(), 0
    with path.open("rb") as file:
        while data := unpacker.unconsumed_tail or file.read(_CHUNK):
            size += len(unpacker.decompress(data, 16 * _CHUNK))
            if size > MOST_BYTES:
                raise StatutsError(f"{path}: unpacks to more than {MOST_BYTES:,} bytes; cut it into files")


def to_doc(document: Document, tokenizer: Any) -> Doc:
    """The spaCy document, with the tokens of `tokenizer` cut where a mention or sentence begins or ends.

    So no offset is moved to a token's border.
    """
    from spacy.tokens import Doc, Span
    from spacy.util import filter_spans

    tokens = tokenizer(document.text)
    edges = {edge for mention in document.entities for edge in (mention.start, mention.end)}
    edges |= {edge for sentence in document.sentences for edge in (sentence.start, sentence.end)}
    words, spaces = _words(document.text, {token.idx for token in tokens}, edges)
    doc = Doc(tokens.vocab, words=words, spaces=spaces)
    if document.sentences:
        starts = {sentence.start for sentence in document.sentences}
        for token in doc:
            token.is_sent_start = token.idx in starts
    first = {token.idx: token.i for token in doc}
    after = {token.idx + len(token): token.i + 1 for token in doc}
    mentions = [
        Span(doc, first[m.start], after[m.end], label=m.label, kb_id=m.status or "", span_id=m.id)
        for m in document.entities
    ]
    doc.spans[MENTIONS] = mentions
    doc.ents = filter_spans(mentions)
    kept = {key: value for key, value in to_row(document).items() if key not in ("text", "entities")}
    kept["confidence"] = {mention.id: mention.confidence for mention in document.entities}
    doc.user_data[USER_DATA] = kept
    return doc


def _words(text: str, starts: set[int], edges: set[int]) -> tuple[list[str], list[bool]]:
    """Tokens that begin at `starts` and `edges`, and whether a space follows each.

    A space is a token of its own only where it must be: at an edge, or after another space.
    """
    cuts = {0, len(text), *starts, *edges}
    for at, character in enumerate(text):
        if character == " ":
            cuts |= {at, at + 1}
    words: list[str] = []
    spaces: list[bool] = []
    ordered = sorted(cuts)
    for start, end in pairwise(ordered):
        piece = text[start:end]
        if piece == " " and words and not spaces[-1] and start not in edges and end not in edges:
            spaces[-1] = True
        else:
            words.append(piece)
            spaces.append(False)
    return words, spaces


def from_doc(doc: Doc, id: str) -> Document:
    """The document of a spaCy one; `id` is for one that brings none.

    Mentions are those of the span group, of `doc.ents` where there is no such group. Raises ValueError,
    KeyError or TypeError where it is not in the form.
    """
    kept = doc.user_data.get(USER_DATA, {})
    confidence = kept.get("confidence", {})
    mentions = doc.spans.get(MENTIONS, doc.ents)
    entities = []
    for number, span in enumerate(mentions, start=1):
        name = span.id_ or f"m{number}"
        mention = {"id": name, "label": span.label_, "start": span.start_char, "end": span.end_char}
        mention |= {"text": span.text, "status": span.kb_id_ or None, "confidence": confidence.get(name, 1.0)}
        entities.append(mention)
    return from_row({"id": id, **kept, "text": doc.text, "entities": entities})
