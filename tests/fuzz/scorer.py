"""Any two annotations of a text against each other."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from pipeline.corpus import from_row
from pipeline.score import named_scores, score
from pipeline.triples import assemble
from tests.fuzz.french import documents

#: A document, and which of its mentions the other annotation has too.
INPUT = st.tuples(documents(), st.lists(st.booleans(), min_size=20, max_size=20)).map(list)


def check(data: list[Any]) -> None:
    row, kept = data
    gold = assemble(from_row(row))
    ids = {
        m.id for m, keep in zip(gold.entities, [*kept, *[True] * len(gold.entities)], strict=False) if keep
    }
    other = assemble(
        replace(
            gold,
            entities=tuple(m for m in gold.entities if m.id in ids),
            relations=tuple(r for r in gold.relations if {r.head, r.tail} <= ids),
            triples=(),
        )
    )
    for _, found in named_scores(score([gold], [gold])):
        assert (found.fp, found.fn) == (0, 0)
        assert found.f1 == found.precision == found.recall == (1.0 if found.tp else 0.0)
    there, back = score([gold], [other]), score([other], [gold])
    for (name, one), (_, two) in zip(named_scores(there), named_scores(back), strict=True):
        assert (one.tp, one.fp, one.fn) == (two.tp, two.fn, two.fp), name
        assert (one.precision, one.recall) == (two.recall, two.precision)
        assert 0 <= min(one.precision, one.recall) <= one.f1 <= max(one.precision, one.recall) <= 1
        low, high = one.interval
        assert 0 <= low <= high <= 1
    exact = there.triples["exact"]
    errors = [error.kind for error in there.errors]
    assert sum(kind != "spurious" for kind in errors) == exact.fn
    assert sum(kind != "missed" for kind in errors) == exact.fp
    there.to_row()
