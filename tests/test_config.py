"""The configuration: the file that ships says the defaults, and mistakes are told in one line."""

import pytest
import yaml

from pipeline.config import Config, read_config
from pipeline.errors import StatutsError
from tests.conftest import ROOT


def test_the_default_file_spells_out_the_defaults():
    values = yaml.safe_load((ROOT / "configs/default.yaml").read_text())
    assert read_config(ROOT / "configs/default.yaml") == Config()
    assert values == Config().model_dump()


def test_an_empty_file_is_the_default(tmp_path):
    (tmp_path / "c.yaml").write_text("# nothing\n")
    assert read_config(tmp_path / "c.yaml") == Config()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("modell: x", "unknown key `modell`"),
        ("entities: {modl: x}", "unknown key `entities.modl`"),
        ("entities: {model: x, labels: {LOC: LAND}}", "not one of ours, which are"),
        ("entities: {labels: {LOC: PLACE}}", "only for a token-classification model"),
        ("threads: 0", "`threads`"),
        ("threads: many", "`threads`"),
        ("[1, 2]", "not a configuration"),
        ("a: [", "not valid YAML"),
        ("!!python/object/apply:os.system ['true']", "not valid YAML"),
        ("1: 2", "keys must be words"),
    ],
)
def test_mistakes_are_one_line_that_names_the_file(tmp_path, text, reason):
    path = tmp_path / "c.yaml"
    path.write_text(text)
    with pytest.raises(StatutsError, match=reason) as caught:
        read_config(path)
    assert str(caught.value).startswith(str(path))
    assert "\n" not in str(caught.value)


def test_a_missing_file(tmp_path):
    with pytest.raises(StatutsError, match="cannot be read"):
        read_config(tmp_path / "none.yaml")
