"""Country codes of the names of states, peoples and places in French text."""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache

from pipeline.countries.names import codes_of_name
from pipeline.countries.places import codes_of_place

__all__ = ["country_code", "country_codes"]


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
    candidates = country_codes(text, place=place)
    fitting = [code for code in candidates if code in context]
    if len(fitting) == 1:
        return fitting[0]
    return candidates[0] if candidates else None


@lru_cache(maxsize=4096)
def country_codes(text: str, *, place: bool = False) -> tuple[str, ...]:
    """The codes of all countries that a mention's text may mean, the likeliest first; empty where unknown.

    A text that is no country is looked up as a place, and the other way round, for a mention labelled wrong.

    >>> country_codes("coréenne")
    ('KOR', 'PRK')
    """
    if place:
        return codes_of_place(text) or codes_of_name(text)
    return codes_of_name(text) or codes_of_place(text)
