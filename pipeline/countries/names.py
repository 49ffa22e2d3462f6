"""Names of states and territories, and of their people, in French: from a spelling's key to alpha-3 codes.

French short names come from babel, full and inverted ones and English ones from pycountry; `names.tsv`
and `demonyms.tsv` beside this module hold what they lack.
"""

from __future__ import annotations

import gettext
import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import files

from pipeline.countries.spelling import key, words

#: Names that more than one state bears: its bearers, the one meant by default first.
_SHARED = {
    "congo": ("COG", "COD"),
    "congolais": ("COD", "COG"),
    "coree": ("KOR", "PRK"),
    "coreen": ("KOR", "PRK"),
    "guyanais": ("GUF", "GUY"),
    "saintmartin": ("MAF", "SXM"),
    "samoan": ("WSM", "ASM"),
}
#: What stands before the proper name in a state's full name (« République islamique de … »).
_FORM_OF_STATE = re.compile(
    r"^(?:republique|royaume|principaute|etat|etats|federation|union|confederation|sultanat|emirat|commonwealth"
    r"|grand duche|archipel|territoire|iles?|ex|ancien|ancienne)\b"
    r"(?: (?:populaire|democratique|federale|federative|socialiste|sovietique|islamique|arabe|unie|unitaire"
    r"|bolivarienne|plurinational|independant|hachemite|cooperative|orientale|autonome|et))*"
    r"(?: (?:de la|de l|de|du|des|d))? (?=.)"
)


def reviewed(name: str) -> Iterator[tuple[str, str]]:
    """The (code, name) pairs of one of the reviewed tables beside this module, in their order."""
    for line in files("pipeline.countries").joinpath(name).read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            code, _, listed = line.partition("\t")
            for each in listed.split("|"):
                yield code, each


@cache
def alpha3() -> dict[str, str]:
    """ISO 3166-1 alpha-2 to alpha-3, with `XK` for Kosovo."""
    import pycountry

    return {country.alpha_2: country.alpha_3 for country in pycountry.countries} | {"XK": "XKX"}


@cache
def _names() -> dict[str, str]:
    """Keys of names to codes; a name of an earlier source rules over the same one of a later source."""
    table: dict[str, str] = {}
    for code, name in reviewed("names.tsv"):
        table.setdefault(key(name), code)
    for code, name in _library_names():
        folded = words(name)
        table.setdefault(folded.replace(" ", ""), code)
        if folded.startswith("iles "):  # « les Salomon », « Féroé »
            table.setdefault(key(folded.removeprefix("iles ")), code)
    return table


def _library_names() -> Iterator[tuple[str, str]]:
    import pycountry
    from babel import Locale

    french = Locale("fr").territories
    for alpha_2, code in alpha3().items():
        short, _, bracketed = french.get(alpha_2, "").partition(" (")
        yield code, short
        if bracketed[:1].isupper():  # « Myanmar (Birmanie) », not « Saint-Martin (partie néerlandaise) »
            yield code, bracketed.rstrip(")")
    translate = gettext.translation("iso3166-1", pycountry.LOCALES_DIR, languages=["fr"]).gettext
    english = []
    for country in pycountry.countries:
        for field in ("name", "official_name", "common_name"):
            name = getattr(country, field, None)
            if name:
                french_name = translate(name)
                yield country.alpha_3, french_name
                yield country.alpha_3, _uninverted(french_name)
                english.append((country.alpha_3, name))
    yield from english
    translate = gettext.translation("iso3166-3", pycountry.LOCALES_DIR, languages=["fr"]).gettext
    for former in pycountry.historic_countries:
        yield former.alpha_3, _uninverted(translate(former.name))


def _uninverted(name: str) -> str:
    """« Iran, République islamique d' » as « République islamique d'Iran »; other names as they are."""
    head, comma, tail = name.partition(", ")
    return f"{tail} {head}" if comma else name


def inflections(masculine: str) -> tuple[str, ...]:
    """The forms of a French demonym, from its masculine singular: both genders, both numbers.

    >>> inflections("polonais")
    ('polonais', 'polonaise', 'polonaises')
    >>> inflections("tanzanien")
    ('tanzanien', 'tanzaniens', 'tanzanienne', 'tanzaniennes')
    """
    feminines = [masculine if masculine.endswith("e") else masculine + "e"]
    if masculine.endswith(("en", "on")):
        feminines = [masculine + "ne"]
    forms = [masculine, *feminines]
    plurals = [form if form.endswith("s") else form + "s" for form in forms]
    return tuple(dict.fromkeys(form for pair in zip(forms, plurals, strict=True) for form in pair))


@cache
def _demonyms() -> dict[str, str]:
    table: dict[str, str] = {}
    for code, masculine in reviewed("demonyms.tsv"):
        for form in inflections(masculine):
            table.setdefault(key(form), code)
    return table


@cache
def _shared() -> dict[str, tuple[str, ...]]:
    table: dict[str, tuple[str, ...]] = dict(_SHARED)
    for name, codes in _SHARED.items():
        if name in _demonyms():
            table |= {key(form): codes for form in inflections(name)}
    return table


def codes_of_name(text: str) -> tuple[str, ...]:
    """The codes of the states that a name or a demonym stands for, the likeliest first; empty if none."""
    name = words(text)
    while name:
        folded = name.replace(" ", "")
        if folded in _shared():
            return _shared()[folded]
        code = _names().get(folded) or _demonyms().get(folded)
        if code:
            return (code,)
        shorter = _FORM_OF_STATE.sub("", name, count=1)
        if shorter == name:
            break
        name = shorter
    outside, bracket, _ = text.partition("(")
    if bracket:  # « Myanmar (Birmanie) »
        return codes_of_name(outside)
    if text.isupper() and text in alpha3().values():
        return (text,)
    # Scanned and typed texts take a capital I for a small l (« lndonésie »): no name starts with ln.
    return codes_of_name("I" + text[1:]) if text[:2] in ("ln", "lr", "lt", "ls") else ()
