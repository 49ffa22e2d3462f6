"""The configuration: which models work, and on what. `configs/default.yaml` spells out the defaults."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from pipeline.document import EntityLabel
from pipeline.errors import StatutsError, one_line

#: Stands for the model that ships with the package.
EMBEDDED = "embedded"


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class EntityModel(_Section):
    """The named-entity model.

    `model` is `embedded`, a folder that `make train` wrote, or a folder or hub id of any Hugging Face
    token-classification model. For the latter `labels` maps its labels to ours; labels of ours that it does
    not give, STATUS among them, are found by the relation model's own tagger.
    """

    model: str = EMBEDDED
    labels: dict[str, EntityLabel] = Field(default_factory=dict)


class RelationModel(_Section):
    """The relation model: `embedded`, or a folder that `make train` wrote."""

    model: str = EMBEDDED


class Config(_Section):
    """What `--config` reads.

    `engine` runs the embedded model, or one that `make train` wrote: `onnx` with 8-bit weights on a CPU,
    `torch` in fp32 on its `device`. `threads` None uses all cores.
    """

    entities: EntityModel = EntityModel()
    relations: RelationModel = RelationModel()
    engine: Literal["onnx", "torch"] = "onnx"
    device: str = "cpu"
    threads: int | None = Field(default=None, ge=1)

    @model_validator(mode="after")
    def _labels_belong_to_another_model(self) -> Config:
        if self.entities.labels and self.entities.model in (EMBEDDED, self.relations.model):
            raise ValueError(
                "entities.labels: only for a token-classification model; name it in entities.model"
            )
        return self

    @model_validator(mode="after")
    def _onnx_runs_on_a_cpu(self) -> Config:
        if self.engine == "onnx" and self.device != "cpu":
            raise ValueError(f"device {self.device}: only with `engine: torch`")
        return self


def read_config(path: Path) -> Config:
    """Read a YAML file. Raises StatutsError, in one line, where it is not a valid configuration."""
    import yaml

    try:
        values: Any = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise StatutsError(f"{path}: cannot be read ({error.strerror}); name a YAML file") from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        # A tag of Python objects is refused here too: `safe_load` knows none.
        reason = one_line(str(error))[:300]
        raise StatutsError(f"{path}: not valid YAML: {reason}") from error
    if values is not None and not isinstance(values, dict):
        raise StatutsError(f"{path}: not a configuration; see configs/default.yaml for its keys")
    try:
        return Config(**(values or {}))
    except (ValidationError, TypeError) as error:
        raise StatutsError(f"{path}: {_reason(error)}") from error


def _reason(error: ValidationError | TypeError) -> str:
    if isinstance(error, TypeError):
        return "keys must be words; see configs/default.yaml"
    first = error.errors()[0]
    key = ".".join(str(part) for part in first["loc"])
    if first["type"] == "extra_forbidden":
        return f"unknown key `{key}`; see configs/default.yaml for the keys"
    if first["type"] == "literal_error":
        return f"`{key}`: not one of ours, which are {first['ctx']['expected']}"
    message = first["msg"].removeprefix("Value error, ")
    return f"`{key}`: {message}" if key else message
