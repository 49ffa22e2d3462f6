"""Writes a trained model with its card: what it learned from, how, and how well it does."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import torch
from transformers import PreTrainedTokenizerFast

from pipeline.document import Document
from pipeline.extractor import Extractor, bare
from pipeline.model import StatutsModel
from pipeline.score import Score, score
from pipeline.training.train import Recipe

_CARD = """---
language: fr
license: mit
library_name: transformers
base_model: intfloat/multilingual-e5-small
tags: [token-classification, relation-extraction]
---
# Statuts: dated country statuses in French text

One BERT encoder ({parameters:.1f} M parameters, stored as fp16) with three heads: BIO tags of COUNTRY, PLACE, ORG,
DATE and STATUS, the status that a trigger carries, and the relations (holder, org, date) from trigger to mention.
The encoder is `intfloat/multilingual-e5-small` (MIT), recovered from a 4-bit release and cut to French
(`python -m pipeline encoder`).

Use it through `python -m pipeline extract` or `pipeline.Extractor`.

## Training

{training} passages of `annotations/train`, {epochs} epochs chosen from and thresholds set on {dev} passages of
`annotations/dev`. Recipe: {recipe}. Thresholds: {thresholds}; STATUS bias {bias}.

## Scores, end to end from raw text

{tables}
F1 with its 95 % bootstrap interval over documents. The dev scores are those that epoch and thresholds were chosen
by, so they flatter; the test passages were used for nothing but this table.

## Limits

- Learned from passages written for the purpose, in the manner of news, encyclopedias and official texts; other
  kinds of text, long literary prose above all, were not seen.
- French only. Names of states and bodies are recognised in context, so rare or invented ones can be missed.
- A status that follows from wider knowledge alone is not found, by design.
"""


def save(
    model: StatutsModel,
    encoder: Path,
    output: Path,
    *,
    recipe: Recipe,
    training: Sequence[Document],
    dev: Sequence[Document],
    test: Sequence[Document],
) -> None:
    """Save the model as fp16 safetensors with the tokenizer of `encoder`, and a card with its scores.

    The scores are those of the saved weights. The folder appears whole: it is written beside, then renamed.
    """
    fresh = output.with_name(output.name + ".new")
    shutil.rmtree(fresh, ignore_errors=True)
    model.to(torch.float16).save_pretrained(fresh)  # type: ignore[arg-type]
    PreTrainedTokenizerFast.from_pretrained(encoder).save_pretrained(fresh)
    extractor = Extractor.from_pretrained(fresh)
    tables = [
        _table(name, documents, extractor) for name, documents in (("dev", dev), ("test", test)) if documents
    ]
    card = _CARD.format(
        parameters=sum(parameter.numel() for parameter in model.parameters()) / 1e6,
        training=len(training),
        dev=len(dev),
        epochs=recipe.epochs,
        recipe=", ".join(f"{key.replace('_', ' ')} {value}" for key, value in asdict(recipe).items()),
        thresholds=", ".join(f"{key} {value}" for key, value in model.config.thresholds.items()),
        bias=model.config.trigger_bias,
        tables="\n".join(tables),
    )
    (fresh / "README.md").write_text(card, encoding="utf-8")
    shutil.rmtree(output, ignore_errors=True)
    fresh.rename(output)


def _table(name: str, documents: Sequence[Document], extractor: Extractor) -> str:
    report = score(documents, list(extractor.pipe(bare(document) for document in documents)))
    rows: list[tuple[str, Score]] = [
        ("entities (micro)", report.entities["micro"]),
        ("STATUS mentions", report.entities["STATUS"]),
        ("relations (micro)", report.relations["micro"]),
        ("triples (country, status)", report.triples["country_status"]),
        ("triples (country, status, date)", report.triples["exact"]),
    ]
    lines = [
        f"| {name}: {report.documents} documents | precision | recall | F1 | 95 % |",
        "| --- | --- | --- | --- | --- |",
    ]
    for title, value in rows:
        interval = f"{value.interval[0]:.3f}–{value.interval[1]:.3f}"
        lines.append(
            f"| {title} | {value.precision:.3f} | {value.recall:.3f} | {value.f1:.3f} | {interval} |"
        )
    return "\n".join(lines) + "\n"
