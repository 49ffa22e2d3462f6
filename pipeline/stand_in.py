"""Another token-classification model in place of the shipped one, for the labels that it knows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError

from pipeline.countries.names import codes_of_name
from pipeline.document import Document, EntityLabel, Mention
from pipeline.encoding import split_words
from pipeline.entities import number
from pipeline.errors import StatutsError

#: Pieces that the windows of a long text share.
_STRIDE = 64


class StandIn:
    """A Hugging Face token-classification model with a map from its labels to ours."""

    def __init__(self, pipeline: Any, labels: Mapping[str, EntityLabel]) -> None:
        self.pipeline = pipeline
        self.labels = dict(labels)

    @classmethod
    def from_pretrained(
        cls, model: str, labels: Mapping[str, EntityLabel], *, device: str = "cpu"
    ) -> StandIn:
        """Load a local folder or a hub id; only safetensors weights, no code of the model's own.

        Raises StatutsError where it cannot be loaded, or `labels` names a label that it does not have.
        """
        from transformers import AutoModelForTokenClassification, AutoTokenizer, pipeline

        if not Path(model).is_dir() and model.count("/") != 1:
            raise StatutsError(f"{model}: neither a folder nor the id of a hub model (owner/name)")
        if not labels:
            raise StatutsError(f"{model}: entities.labels is empty; map the model's labels to ours")
        if Path(model).is_dir() and not any(Path(model).glob("*.safetensors")):
            raise StatutsError(f"{model}: no safetensors weights in this folder")
        try:
            # Not left open: where a model brings code, transformers would ask on the terminal.
            tokenizer = AutoTokenizer.from_pretrained(model, use_fast=True, trust_remote_code=False)
            network = AutoModelForTokenClassification.from_pretrained(
                model, use_safetensors=True, trust_remote_code=False
            )
        except (OSError, ValueError, KeyError, ImportError, SafetensorError) as error:
            reason = str(error).strip().splitlines()[0]
            raise StatutsError(
                f"{model}: cannot be loaded as a token-classification model: {reason}"
            ) from error
        known = {label.split("-", 1)[-1] for label in network.config.id2label.values()}
        unknown = sorted(set(labels) - known)
        if unknown:
            raise StatutsError(
                f"{model}: has no label {', '.join(unknown)}; it has {', '.join(sorted(known))}"
            )
        limit = min(tokenizer.model_max_length, 512)
        tokenizer.model_max_length = limit
        loaded = pipeline(
            "token-classification",
            model=network.eval(),
            tokenizer=tokenizer,
            # The other strategies take « l'Inde », and words on both sides of a line end, for one word.
            aggregation_strategy="simple",
            stride=min(_STRIDE, limit // 4),
            device=device,
        )
        return cls(loaded, labels)

    def add_entities(self, documents: Sequence[Document]) -> list[Document]:
        """The documents with this model's mentions in place of those of the labels that it gives.

        Of its mentions, a PLACE that is a country's name is a COUNTRY. A mention found otherwise stays where
        it touches none of this model's.
        """
        ours = set(self.labels.values())
        if "PLACE" in ours:
            ours.add("COUNTRY")
        texts = [document.text for document in documents if document.text.strip()]
        found = iter(self.pipeline(texts) if texts else [])
        results = []
        for document in documents:
            mentions = self._mentions(document, next(found)) if document.text.strip() else []
            kept = [
                mention
                for mention in document.entities
                if mention.label not in ours
                and not any(m.start < mention.end and mention.start < m.end for m in mentions)
            ]
            results.append(replace(document, entities=number([*mentions, *kept])))
        return results

    def _mentions(self, document: Document, groups: Sequence[Mapping[str, Any]]) -> list[Mention]:
        """The model's groups of pieces as mentions of whole words; where two touch a word, the surer one."""
        words = split_words(document.text)
        mentions: list[Mention] = []
        for group in sorted(groups, key=lambda group: -group["score"]):
            label = self.labels.get(group["entity_group"])
            first = int(np.searchsorted(words[:, 1], group["start"], side="right"))
            last = int(np.searchsorted(words[:, 0], group["end"], side="left"))
            if label is None or first >= last:
                continue
            start, end = int(words[first, 0]), int(words[last - 1, 1])
            if any(other.start < end and start < other.end for other in mentions):
                continue
            text = document.text[start:end]
            if label == "PLACE" and codes_of_name(text) and text[0].isupper():
                label = "COUNTRY"
            mentions.append(Mention("", label, start, end, text, confidence=float(group["score"])))
        return mentions
