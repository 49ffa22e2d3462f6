"""The texts that speed is measured on: articles joined from annotated passages, or a sample of the user's."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from pipeline.document import Document
from pipeline.errors import StatutsError
from pipeline.segment import split_sentences


@dataclass(frozen=True)
class Corpus:
    """Documents with a name, and how much text they are: whoever reads them, words stand between white space
    and sentences are those of `pipeline.segment`.
    """

    name: str
    documents: tuple[Document, ...]
    words: int
    sentences: int

    @property
    def article(self) -> Document:
        """A document of median length, for the latency of one."""
        return sorted(self.documents, key=lambda document: len(document.text))[len(self.documents) // 2]


def corpus(name: str, documents: Iterable[Document]) -> Corpus:
    """The corpus of these documents. Raises StatutsError where they hold no word."""
    kept = tuple(documents)
    words = sum(count_words(document.text) for document in kept)
    if not words:
        raise StatutsError(f"{name}: no text in it to measure on")
    return Corpus(name, kept, words, sum(len(split_sentences(document.text)) for document in kept))


def count_words(text: str) -> int:
    """How many words stand between white space."""
    return len(text.split())


def articles(
    name: str, parts: Iterable[str], between: str, *, documents: int, words: int, seed: int
) -> Iterator[Document]:
    """So many articles, each of parts in random order until it has `words` words, `between` put between them.

    No part comes again before all have come. Raises StatutsError where no part holds a word.
    """
    deck = [part for part in parts if part.strip()]
    if not deck:
        raise StatutsError(f"{name}: no annotated passage to make articles of; name some with --passages")
    chance = random.Random(seed)
    left: list[str] = []
    for number in range(documents):
        taken: list[str] = []
        length = 0
        while length < words:
            if not left:
                left = chance.sample(deck, len(deck))
            taken.append(left.pop())
            length += count_words(taken[-1])
        yield Document(f"{name}-{number}", between.join(taken))


def status_sentences(passages: Iterable[Document]) -> Iterator[str]:
    """The sentences of annotated passages that hold a STATUS mention."""
    for passage in passages:
        triggers = [mention for mention in passage.entities if mention.label == "STATUS"]
        for sentence in split_sentences(passage.text):
            if any(sentence.start <= mention.start < sentence.end for mention in triggers):
                yield passage.text[sentence.start : sentence.end]


def generated(passages: Sequence[Document], *, documents: int, words: int, seed: int) -> Iterator[Corpus]:
    """`articles` of whole passages, and `dense` ones, a status in each sentence, of `words` words or more.

    Raises StatutsError where no passage holds a word or, for the second, a STATUS mention.
    """
    parts: dict[str, tuple[Iterable[str], str]] = {
        "articles": ((passage.text for passage in passages), "\n\n"),
        "dense": (status_sentences(passages), "\n"),
    }
    for name, (texts, between) in parts.items():
        made = articles(name, texts, between, documents=documents, words=words, seed=seed)
        yield corpus(name, made)


def sample(documents: Iterable[Document], most: int, *, seed: int) -> list[Document]:
    """At most `most` of the documents, in their order, each as likely; no more than these are kept in memory.

    Algorithm R: Vitter, « Random Sampling with a Reservoir », ACM TOMS 11(1), 1985.
    """
    chance = random.Random(seed)
    kept: list[tuple[int, Document]] = []
    for number, document in enumerate(documents):
        if number < most:
            kept.append((number, document))
        elif (place := chance.randrange(number + 1)) < most:
            kept[place] = (number, document)
    return [document for _, document in sorted(kept, key=lambda pair: pair[0])]
