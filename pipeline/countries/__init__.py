"""Country codes of the names of states, peoples and places in French text."""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache

from pipeline.countries.names import codes_of_name
from pipeline.countries.places import codes_of_place

__all__ = ["country_code"]


def country_code(text: str, *, place: bool = False, context: Collection[str] = ()) -> str | None:
    """The ISO 3166-1 alpha-3 code of the country that a mention's text names, or None where unknown.

    `text` is a state's or territory's name in any of its French forms (short, full, inverted, abbreviated,
    former) or a demonym, in any casing, with or without accents; with `place`, a city, a region or a site,
    for the country that it lies in. Kosovo is `XKX`; a former state without a single successor has its
    ISO 3166-3 alpha-3 code (`SUN`, `YUG`, `CSK`, `DDR`); a mere former name has its successor's
    (Birmanie, `MMR`).

    `context` holds codes that the document speaks of. Of several bearers of the name, it picks the one
    that it holds; where it holds none or several, the likeliest is taken: for a place the capital, then the
    most populous.

    >>> country_code("ROYAUME DU MAROC"), country_code("tanzanienne"), country_code("Djeddah", place=True)
    ('MAR', 'TZA', 'SAU')
    >>> country_code("Congo"), country_code("Congo", context={"COD"})
    ('COG', 'COD')
    """
    first, second = _codes(text, place)
    candidates = first or second
    fitting = [code for code in candidates if code in context]
    if len(fitting) == 1:
        return fitting[0]
    return candidates[0] if candidates else None


@lru_cache(maxsize=4096)
def _codes(text: str, place: bool) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Candidates in the order to try; the other kind's come second, for a mention that is labelled wrong."""
    if place:
        found = codes_of_place(text)
        return found, () if found else codes_of_name(text)
    found = codes_of_name(text)
    return found, () if found else codes_of_place(text)
