"""Dating documents from their own text, and the batch form."""

import json
import time
from pathlib import Path

import pytest

from pipeline.dates import find_and_ground, ground_all, infer_document_date
from pipeline.dates.cases import read_cases
from pipeline.dates.rows import date_file
from pipeline.errors import StatutsError

TABLE = Path(__file__).with_name("expressions.txt")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Publié le 3 mai 2023 à 10h00\nLe conseil s'est réuni mardi.", "2023-05-03"),
        ("DAKAR, 12 mars 2021 (APS) - Le Sénégal a signé vendredi un accord.", "2021-03-12"),
        ("DAKAR, 12 mars (APS) - Le Sénégal a signé un accord.", "XXXX-03-12"),
        ("Depuis sa création en 1975, la communauté a bien changé. En 45 ans, elle a triplé.", "2020"),
        ("Fondée en 1949, l'alliance célèbre cette semaine son 75e anniversaire.", "2024"),
        ("Le pays a adhéré il y a vingt ans, en 2004.", "2024"),
        ("En cette année 2022, le sommet a lieu à Samarcande.", "2022"),
        ("Le chat dort.", None),
        ("Vendredi, il pleuvait.", None),
        ("La Turquie est membre depuis 1952.", None),
        ("La Chine a adhéré en 2001 et l'Inde en 2017.", None),
        ("Le pharaon régna dix ans et mourut vers 1372 avant J.-C. à 19 ans.", None),
    ],
)
def test_inferred_date(text: str, value: str | None) -> None:
    inferred = infer_document_date(text)
    assert inferred.value == value
    assert bool(inferred.reasons) == (value is not None)
    assert (inferred.confidence > 0.5) == (value is not None)


def test_weekday_day_and_term_fix_the_day() -> None:
    text = (
        "Le ministre s'est exprimé le 11 juillet. Il a reçu jeudi ses homologues. La conférence se tient ces "
        "10 et 11 juillet à Washington. La présidence sera confiée au Canada pour la période 2024-2025."
    )
    inferred = infer_document_date(text)
    assert inferred.value == "2024-07-11"
    assert any("jeudi" in reason for reason in inferred.reasons)


def test_announced_day_does_not_give_its_own_day() -> None:
    text = (
        "La 12e session se déroulera les 20 et 21 mai à Lomé. Depuis sa création en 1994, l'union progresse. "
        "En 23 ans, elle a doublé."
    )
    inferred = infer_document_date(text)
    assert inferred.value is not None
    assert inferred.value.startswith("2017")


def test_grounded_tells_its_parts() -> None:
    text = "Depuis 1952, puis la veille."
    since, eve = ground_all(text, [(7, 11), (21, 27)], document_date="2024-07-03")
    assert (since.value, since.point, since.bound, since.relative) == ("1952/..", "1952", "from", False)
    assert eve.anaphoric
    assert ground_all(text, [(21, 27), (7, 11)], document_date="2024-07-03") == [eve, since]


def test_rows(tmp_path: Path) -> None:
    source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    rows = [
        {"id": 7, "text": "Il viendra jeudi.", "date": "2024-07-03"},
        {"text": "Membre depuis 2017 et jeudi.", "spans": [[14, 18]]},
    ]
    source.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    assert date_file(source, target) == 2
    first, second = (json.loads(line) for line in target.read_text(encoding="utf-8").splitlines())
    assert first == rows[0] | {"dates": [{"start": 11, "end": 16, "text": "jeudi", "value": "2024-07-04"}]}
    assert second["dates"] == [{"start": 14, "end": 18, "text": "2017", "value": "2017/.."}]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", "line 1: not a JSON object"),
        ("[]", "line 1: not a JSON object"),
        ('{"date": "2024"}', "line 1: the row needs"),
        ('{"text": "a", "date": "hier"}', "line 1: `date` must be"),
        ('{"text": "a", "spans": [[0, 2]]}', "line 1: `spans` must be"),
        ('{"text": "a", "spans": {"a": 1}}', "line 1: `spans` must be"),
    ],
)
def test_bad_rows_are_told_and_leave_no_file(tmp_path: Path, line: str, message: str) -> None:
    source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_text(line + "\n", encoding="utf-8")
    with pytest.raises(StatutsError, match=message):
        date_file(source, target)
    assert list(tmp_path.iterdir()) == [source]


def test_missing_input_is_told(tmp_path: Path) -> None:
    with pytest.raises(StatutsError, match="check --input"):
        date_file(tmp_path / "none.jsonl", tmp_path / "out.jsonl")


def test_open_tags_in_the_table_are_told(tmp_path: Path) -> None:
    path = tmp_path / "table.txt"
    path.write_text('Le <ent value="2024">2024.\n', encoding="utf-8")
    with pytest.raises(StatutsError, match="line 1"):
        read_cases(path)


def test_speed() -> None:
    """Well below the 20,000 mentions a second of an idle core, so that a busy machine does not fail it."""
    cases = [case for case in read_cases(TABLE) if case.expected]
    spans = [(case.text, [(e.start, e.end) for e in case.expected], case.document_date) for case in cases]
    count = sum(len(pairs) for _, pairs, _ in spans)
    best = min(_seconds(spans) for _ in range(5))
    assert count / best > 4_000


def _seconds(spans: list[tuple[str, list[tuple[int, int]], str | None]]) -> float:
    start = time.process_time()
    for text, pairs, date in spans:
        ground_all(text, pairs, document_date=date)
        find_and_ground(text[:0])
    return time.process_time() - start
