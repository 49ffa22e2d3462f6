"""All stages in one: text in, documents with entities, relations and triples out."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from importlib.resources import files
from itertools import count
from pathlib import Path

from threadpoolctl import ThreadpoolController

from pipeline.composition import composed, restored
from pipeline.config import EMBEDDED, Config
from pipeline.document import Document
from pipeline.engines import available_cores
from pipeline.entities import find_entities
from pipeline.errors import StatutsError
from pipeline.reading import Reader, States
from pipeline.relations import find_relations
from pipeline.segment import segment
from pipeline.sources import checked_date, printable
from pipeline.stages import batched
from pipeline.stand_in import StandIn
from pipeline.triples import assemble


@dataclass(frozen=True, slots=True)
class Batching:
    """How many documents, and characters of them, are read together, and how many such batches at a time
    besides the one being assembled.
    """

    documents: int = 16
    characters: int = 50_000
    ahead: int = 2

    @classmethod
    def of(cls, config: Config) -> Batching:
        """What keeps the cores that `config` allows, or its device, busy and no others."""
        if config.device != "cpu":
            return cls(256, 800_000)
        return cls() if (config.threads or available_cores()) > 1 else cls(ahead=0)


def model_folder(name: str) -> Path:
    """Where a model that `make train` wrote lies: `embedded` is the one in the package."""
    return Path(str(files("pipeline") / "weights")) if name == EMBEDDED else Path(name)


def _is_ours(name: str) -> bool:
    """Whether a model is one of this project's, rather than a token-classification model."""
    if name == EMBEDDED:
        return True
    try:
        return '"statuts"' in (Path(name) / "config.json").read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return False


class Extractor:
    """The pipeline with its models loaded.

    >>> document = Extractor.from_pretrained()("La Finlande a rejoint l'OTAN le 4 avril 2023.")
    >>> [(triple.country, triple.status, triple.date) for triple in document.triples]
    [('FIN', 'member', '2023-04-04/..')]
    """

    def __init__(
        self,
        relations: Reader,
        entities: Reader | None = None,
        stand_in: StandIn | None = None,
        *,
        batching: Batching | None = None,
    ) -> None:
        self.relations = relations
        self.entities = entities or relations
        self.stand_in = stand_in
        self.batching = batching or Batching()
        self._blas = ThreadpoolController()

    @classmethod
    def from_pretrained(
        cls, model: str | os.PathLike[str] | None = None, *, config: Config | None = None
    ) -> Extractor:
        """Load what `config` names, or a folder `model` that `make train` wrote, or the embedded model.

        Raises StatutsError where a model cannot be loaded.
        """
        config = config or Config()
        if model is not None:
            both = {"entities": {"model": os.fspath(model)}, "relations": {"model": os.fspath(model)}}
            config = Config.model_validate(config.model_dump() | both)

        def reader(name: str) -> Reader:
            return Reader.from_pretrained(
                model_folder(name), engine=config.engine, device=config.device, threads=config.threads
            )

        relations = reader(config.relations.model)
        entities, stand_in = None, None
        if config.entities.model != config.relations.model:
            if _is_ours(config.entities.model):
                entities = reader(config.entities.model)
            else:
                labels = config.entities.labels
                stand_in = StandIn.from_pretrained(config.entities.model, labels, device=config.device)
        return cls(relations, entities, stand_in, batching=Batching.of(config))

    def __call__(self, text: str, *, date: str | None = None, id: str = "text") -> Document:
        """The document of one text, with its triples. `date` is the document's, as EDTF; None infers it.

        Raises StatutsError where `date` is no EDTF date.
        """
        return next(self.pipe([Document(id, text, date=date)]))

    def pipe(self, documents: Iterable[Document | str], *, gated: bool = False) -> Iterator[Document]:
        """Documents with their triples, in order, read in batches as they are asked for.

        A text has its number, from 0, for an id. `gated` reads only the parts of a document in which a triple
        may be stated: several times as fast on texts that state few, but mentions elsewhere are not found,
        nor is a document without statuses dated. Raises StatutsError where a document's date is no EDTF date.

        Meanwhile numpy's matrix products keep to one thread in this process: cores are busy with the encoder.
        """

        def read(batch: Sequence[Document]) -> list[tuple[Document, Document]]:
            found = self._models([segment(composed(document)) for document in batch], gated=gated)
            return list(zip(found, batch, strict=True))

        def finished(batch: Sequence[tuple[Document, Document]]) -> Iterator[Document]:
            for document, original in batch:
                done = assemble(document) if document.relations or not gated else document
                yield restored(done, original)

        size, waiting = self.batching, deque[Future[list[tuple[Document, Document]]]]()
        # While the engine, which does not need Python, is at one batch, others are made ready and assembled.
        with self._one_thread(), ThreadPoolExecutor(max(1, size.ahead)) as pool:
            checked = map(_checked, documents, count())
            for batch in batched(checked, most=size.documents, characters=size.characters):
                waiting.append(pool.submit(read, batch))
                if len(waiting) > size.ahead:
                    yield from finished(waiting.popleft().result())
            while waiting:
                yield from finished(waiting.popleft().result())

    def find_entities(self, documents: Sequence[Document]) -> list[Document]:
        """The second stage alone: segmented documents with their mentions."""
        read = [composed(document) for document in documents]
        with self._one_thread():
            found = self._entities(read, self.entities.states(read))
        return [restored(each, document) for each, document in zip(found, documents, strict=True)]

    def find_relations(self, documents: Sequence[Document]) -> list[Document]:
        """The third stage alone: documents with mentions get their relations."""
        read = [composed(document) for document in documents]
        with self._one_thread():
            found = self._relations(read, self.relations.states(read))
        # Mentions that were given stay as they are.
        return [
            replace(document, relations=each.relations)
            for each, document in zip(found, documents, strict=True)
        ]

    def _one_thread(self) -> AbstractContextManager[object]:
        """Matrix products in one thread: beside the encoder more only wait, and sums round otherwise."""
        return self._blas.limit(limits=1, user_api="blas")

    def _models(self, documents: Sequence[Document], *, gated: bool) -> list[Document]:
        """Second and third stage, encoding once where one model does both."""
        if self.entities is not self.relations:
            return self.find_relations(self.find_entities(documents))
        states = self.relations.states(documents, gated=gated and self.stand_in is None)
        return self._relations(self._entities(documents, states), states)

    def _entities(self, documents: Sequence[Document], states: States) -> list[Document]:
        heads = self.entities.heads
        found = [find_entities(d, *state, heads) for d, state in zip(documents, states, strict=True)]
        return self.stand_in.add_entities(found) if self.stand_in else found

    def _relations(self, documents: Sequence[Document], states: States) -> list[Document]:
        heads = self.relations.heads
        return [find_relations(d, *state, heads) for d, state in zip(documents, states, strict=True)]


def _checked(document: Document | str, number: int) -> Document:
    if isinstance(document, str):
        document = Document(str(number), document)
    try:
        date = None if document.date is None else checked_date(document.date)
    except ValueError as error:
        raise StatutsError(f"document {document.id}: date {error}") from error
    return replace(document, text=printable(document.text), date=date)


def bare(document: Document) -> Document:
    """The document as its raw text: its id, text and given date."""
    return Document(document.id, document.text, date=document.date)
