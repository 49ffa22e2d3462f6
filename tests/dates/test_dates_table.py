"""The table of French expressions: every value, every expression found, and nothing else found."""

from pathlib import Path

import pytest

from pipeline.dates import find, find_and_ground, ground, is_edtf
from pipeline.dates.cases import Case, read_cases

CASES = read_cases(Path(__file__).with_name("expressions.txt"))


def _name(case: Case) -> str:
    return f"line {case.line}"


def test_table_is_large_and_valid() -> None:
    expressions = [expected for case in CASES for expected in case.expected]
    assert len(expressions) >= 400
    assert sum(not case.expected for case in CASES) >= 60
    assert all(expected.value is None or is_edtf(expected.value) for expected in expressions)


@pytest.mark.parametrize("case", CASES, ids=_name)
def test_values_of_given_spans(case: Case) -> None:
    spans = [(expected.start, expected.end) for expected in case.expected]
    values = ground(case.text, spans, document_date=case.document_date)
    assert values == [expected.value for expected in case.expected], case.text


@pytest.mark.parametrize("case", CASES, ids=_name)
def test_found_by_the_grammar(case: Case) -> None:
    found = find_and_ground(case.text, document_date=case.document_date)
    for grounded in found:
        touched = [e for e in case.expected if grounded.start < e.end and e.start < grounded.end]
        assert touched, f"no date: {grounded.text!r} in {case.text!r}"
        assert grounded.value == touched[0].value, f"{grounded.text!r} in {case.text!r}"
    for expected in case.expected:
        assert any(g.start < expected.end and expected.start < g.end for g in found), case.text
    assert [(f.start, f.end) for f in find(case.text)] == [(g.start, g.end) for g in found]
