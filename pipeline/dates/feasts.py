"""Holidays and named days of the French-speaking calendar: their names, and their date in a year.

Easter is computed by `dateutil`, moon-calendar feasts are looked up in `holidays` (its estimates beyond the
announced years); the rest are fixed days or the n-th weekday of a month.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from functools import cache

from dateutil.easter import easter
from holidays import country_holidays

_FIXED = {
    "nouvel_an": (1, 1),
    "epiphanie": (1, 6),
    "chandeleur": (2, 2),
    "saint_valentin": (2, 14),
    "droits_des_femmes": (3, 8),
    "saint_patrick": (3, 17),
    "annonciation": (3, 25),
    "premier_avril": (4, 1),
    "travail": (5, 1),
    "saint_jean": (6, 24),
    "musique": (6, 21),
    "quatorze_juillet": (7, 14),
    "assomption": (8, 15),
    "halloween": (10, 31),
    "toussaint": (11, 1),
    "jour_des_morts": (11, 2),
    "armistice": (11, 11),
    "sainte_catherine": (11, 25),
    "saint_nicolas": (12, 6),
    "immaculee_conception": (12, 8),
    "reveillon_noel": (12, 24),
    "noel": (12, 25),
    "lendemain_noel": (12, 26),
    "saint_sylvestre": (12, 31),
}

_FROM_EASTER = {
    "mardi_gras": -47,
    "cendres": -46,
    "mi_careme": -24,
    "rameaux": -7,
    "jeudi_saint": -3,
    "vendredi_saint": -2,
    "samedi_saint": -1,
    "paques": 0,
    "lundi_paques": 1,
    "ascension": 39,
    "pentecote": 49,
    "lundi_pentecote": 50,
    "trinite": 56,
    "fete_dieu": 60,
}

_LOOKED_UP = {
    "aid_fitr": ("DZ", "fr", "Aïd el-Fitr"),
    "aid_adha": ("DZ", "fr", "Aïd el-Adha"),
    "nouvel_an_chinois": ("CN", "en_US", "Chinese New Year"),
    "roch_hachana": ("IL", "en_US", "Rosh Hashanah"),
    "yom_kippour": ("IL", "en_US", "Yom Kippur"),
    "pessah": ("IL", "en_US", "Pesach"),
}

#: Weekday (0 Monday), month, and its place in the month from 1, or -1 for the last.
_NTH_WEEKDAY = {
    "fete_des_peres": (6, 6, 3),
    "thanksgiving": (3, 11, 4),
    "heritage": (5, 9, 3),
}

#: The years in which these feasts are told; `holidays` computes moon calendars in 1925 to 2100 or so.
FIRST_YEAR, LAST_YEAR = 1583, 4099


@dataclass(frozen=True, slots=True)
class FeastName:
    """A way to name a feast; `bare` where the words mean the day without any cue (« lundi de Pâques »)."""

    key: str
    bare: bool


def _names() -> dict[tuple[str, ...], FeastName]:
    bare = {
        "nouvel_an": "nouvel an|jour de l' an|jour de l ' an",
        "nouvel_an_chinois": "nouvel an chinois|nouvel an lunaire",
        "chandeleur": "la chandeleur",
        "epiphanie": "l' épiphanie|jour des rois|fête des rois",
        "saint_valentin": "saint - valentin|saint valentin",
        "saint_patrick": "saint - patrick",
        "saint_sylvestre": "saint - sylvestre|réveillon du nouvel an|réveillon du jour de l' an",
        "saint_nicolas": "la saint - nicolas",
        "saint_jean": "la saint - jean",
        "sainte_catherine": "la sainte - catherine",
        "reveillon_noel": "réveillon de noël|veille de noël",
        "lendemain_noel": "lendemain de noël",
        "noel": "jour de noël",
        "mardi_gras": "mardi gras|mardi - gras",
        "cendres": "mercredi des cendres",
        "mi_careme": "mi - carême",
        "rameaux": "dimanche des rameaux|les rameaux",
        "jeudi_saint": "jeudi saint",
        "vendredi_saint": "vendredi saint",
        "samedi_saint": "samedi saint",
        "paques": "dimanche de pâques|jour de pâques",
        "lundi_paques": "lundi de pâques",
        "ascension": "jeudi de l' ascension|jour de l' ascension",
        "pentecote": "dimanche de pentecôte|dimanche de la pentecôte",
        "lundi_pentecote": "lundi de pentecôte|lundi de la pentecôte",
        "trinite": "dimanche de la trinité",
        "fete_dieu": "fête - dieu",
        "assomption": "l' assomption",
        "toussaint": "la toussaint|jour de la toussaint",
        "jour_des_morts": "jour des morts|fête des morts",
        "immaculee_conception": "l' immaculée conception",
        "travail": "fête du travail|fête des travailleurs",
        "musique": "fête de la musique",
        "fete_des_meres": "fête des mères",
        "fete_des_peres": "fête des pères",
        "droits_des_femmes": "journée internationale des droits des femmes|journée internationale des femmes"
        "|journée des droits des femmes",
        "premier_avril": "poisson d' avril",
        "thanksgiving": "thanksgiving",
        "black_friday": "black friday",
        "halloween": "halloween",
        "aid_fitr": "aïd el - fitr|aïd al - fitr|aïd el fitr|aïd al fitr",
        "aid_adha": "aïd el - adha|aïd al - adha|aïd el - kébir|aïd el - kebir|aïd al adha|aïd el kébir",
        "roch_hachana": "roch hachana|rosh hashana",
        "yom_kippour": "yom kippour|kippour",
        "pessah": "pessah",
    }
    # These words name persons, islands or customs too: a preposition, year or adjective must say the day.
    cued = {
        "noel": "noël|noel",
        "paques": "pâques|paques",
        "ascension": "l' ascension",
        "pentecote": "la pentecôte|pentecôte",
    }
    return {
        tuple(name.split()): FeastName(key, is_bare)
        for names, is_bare in ((bare, True), (cued, False))
        for key, alternatives in names.items()
        for name in alternatives.split("|")
    }


NAMES = _names()
"""Token forms of every name of a feast; a leading article that the name needs is part of it."""

FIRST_WORDS = frozenset(name[0] for name in NAMES)


def _by_first_words() -> dict[tuple[str, str], list[tuple[str, ...]]]:
    index: dict[tuple[str, str], list[tuple[str, ...]]] = {}
    for name in sorted(NAMES, key=len, reverse=True):
        index.setdefault((name[0], name[1] if len(name) > 1 else ""), []).append(name)
    return index


_BY_FIRST_WORDS = _by_first_words()


def names_from(first: str, second: str) -> list[tuple[str, ...]]:
    """The names that begin with these two forms, or are the first alone; the longest first."""
    return _BY_FIRST_WORDS.get((first, second), []) + _BY_FIRST_WORDS.get((first, ""), [])


@cache
def _looked_up(country: str, language: str, name: str, year: int) -> datetime.date | None:
    days = [
        day
        for day, label in country_holidays(country, years=year, language=language).items()
        if name in label
    ]
    return min(days, default=None)


def _nth_weekday(year: int, weekday: int, month: int, nth: int) -> datetime.date:
    first = datetime.date(year, month, 1)
    return first + datetime.timedelta(days=(weekday - first.weekday()) % 7 + 7 * (nth - 1))


@cache
def feast_day(key: str, year: int) -> datetime.date | None:
    """The day of the feast `key` in `year`; None where it has none or the year is outside the calendars.

    Raises KeyError for an unknown key.
    """
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return None
    if key in _FIXED:
        return datetime.date(year, *_FIXED[key])
    if key in _FROM_EASTER:
        return easter(year) + datetime.timedelta(days=_FROM_EASTER[key])
    if key == "fete_des_meres":
        # The last Sunday of May, unless it is Pentecost (Code de l'action sociale et des familles, D215-1).
        last = _nth_weekday(year, 6, 5, 4)
        if last.day + 7 <= 31:
            last += datetime.timedelta(days=7)
        return last + datetime.timedelta(days=7) if last == feast_day("pentecote", year) else last
    if key == "black_friday":
        return _nth_weekday(year, 3, 11, 4) + datetime.timedelta(days=1)
    if key in _NTH_WEEKDAY:
        return _nth_weekday(year, *_NTH_WEEKDAY[key])
    return _looked_up(*_LOOKED_UP[key], year)


def fixed_day(key: str) -> tuple[int, int] | None:
    """The month and day that the feast has in every year, None for a movable one."""
    return _FIXED.get(key)
