"""Writes a trained model with its card: what it learned from, how, and how well it does."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path

import torch

from pipeline.document import Document
from pipeline.extractor import Extractor, bare
from pipeline.files import new_folder
from pipeline.score import Score, score
from pipeline.training.gate import add_gate
from pipeline.training.model import StatutsModel
from pipeline.training.train import Recipe


def save(
    model: StatutsModel,
    encoder: Path,
    output: Path,
    *,
    recipe: Recipe,
    training: Sequence[Document],
    dev: Sequence[Document],
    test: Sequence[Document],
    raw: Iterable[Document] = (),
) -> None:
    """Save the model as fp16 safetensors with the tokenizer of `encoder`, a gate, and a card with its scores.

    `raw` are texts without annotation, of which the gate learns what is not worth reading.
    The scores are those of the saved weights.
    """
    with new_folder(output, over="*") as fresh:
        model.to(torch.float16).save_pretrained(fresh)  # type: ignore[arg-type]
        for file in encoder.glob("tokenizer*.json"):
            shutil.copyfile(file, fresh / file.name)
        add_gate(fresh, training, dev, raw, seed=recipe.seed)
        extractor = Extractor.from_pretrained(fresh)
        tables = [
            _table(name, documents, extractor)
            for name, documents in (("dev", dev), ("test", test))
            if documents
        ]
        template = Path(__file__).with_name("card.md").read_text(encoding="utf-8")
        card = template.format(
            parameters=sum(parameter.numel() for parameter in model.parameters()) / 1e6,
            training=len(training),
            dev=len(dev),
            epochs=recipe.epochs + recipe.refining,
            recipe=_listed(asdict(recipe)),
            thresholds=_listed(model.config.thresholds),
            margins=_listed(model.config.margins),
            bias=model.config.trigger_bias,
            continuation=model.config.continuation,
            tables="\n".join(tables),
        )
        (fresh / "README.md").write_text(card, encoding="utf-8")
        (fresh / "model.safetensors").chmod(0o644)


def _listed(values: dict[str, float]) -> str:
    return ", ".join(f"{key.replace('_', ' ')} {value}" for key, value in values.items())


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
