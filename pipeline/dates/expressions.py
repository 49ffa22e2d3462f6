"""What a date expression says, before it is set against any other date: the parser's output.

Directions count from the anchor: -1 « dernier », +1 « prochain », 0 « ce ». An expression is anaphoric
where its anchor is the date last mentioned (« la veille »), not the document's.
"""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.dates.values import Moment, Unit


@dataclass(frozen=True, slots=True)
class Offset:
    """So many units from the anchor: « hier », « l'an dernier », « trois ans plus tard », « la même année
    ».
    """

    unit: Unit
    count: int
    anaphoric: bool = False


@dataclass(frozen=True, slots=True)
class Calendar:
    """Parts of a date as they are told: « jeudi 4 juillet », « juin 2024 », « mai de l'an dernier », «
    2004 ».
    """

    year: int | Offset | None = None
    month: int = 0
    day: int = 0
    weekday: int | None = None
    direction: int | None = None
    anaphoric: bool = False


@dataclass(frozen=True, slots=True)
class Numeric:
    """A date in digits that needs nothing more: « 04/07/2024 », « 2024-07-04 »."""

    moment: Moment


@dataclass(frozen=True, slots=True)
class Season:
    """A season, 0 spring to 3 winter: « au printemps », « été 2022 », « l'hiver dernier »."""

    season: int
    year: int | Offset | None = None
    direction: int | None = None


@dataclass(frozen=True, slots=True)
class Portion:
    """The `number`-th quarter or half of a year, -1 for its last: « premier trimestre 2024 »."""

    unit: Unit
    number: int
    year: int | Offset | None = None


@dataclass(frozen=True, slots=True)
class Decade:
    """« années 1990 »: its first year."""

    year: int


@dataclass(frozen=True, slots=True)
class Century:
    """« XXe siècle »: 20; negative before Christ."""

    number: int


@dataclass(frozen=True, slots=True)
class Feast:
    """A named day by its key in `pipeline.dates.feasts`: « Noël », « lundi de Pâques 2023 »."""

    key: str
    year: int | Offset | None = None
    direction: int | None = None


@dataclass(frozen=True, slots=True)
class Week:
    """A week (or only its `weekend`) told by a day in it, or by an offset in weeks from the anchor."""

    of: Calendar | Offset | Feast
    weekend: bool = False


@dataclass(frozen=True, slots=True)
class WeekdayOf:
    """A weekday of a week told by its offset: « jeudi de la semaine prochaine »."""

    weekday: int
    week: Offset


@dataclass(frozen=True, slots=True)
class NthWeekday:
    """« premier dimanche de juillet », « dernier samedi d'août 2024 »: `nth` from 1, -1 for the last."""

    weekday: int
    nth: int
    of: Calendar


@dataclass(frozen=True, slots=True)
class Neighbour:
    """So many days from a day that is told: « la veille du 14 juillet », « le lendemain de Noël »."""

    of: Calendar | Feast
    days: int


@dataclass(frozen=True, slots=True)
class NewYear:
    """« la nouvelle année »: the one just begun in the first months of a year, the coming one in its last."""


@dataclass(frozen=True, slots=True)
class Recent:
    """« ces trois dernières années », « les deux prochains mois »: a stretch that ends or begins at the
    anchor.
    """

    unit: Unit
    count: int


@dataclass(frozen=True, slots=True)
class Duration:
    """A length of time, a date only once anchored: « depuis six ans », « il y a un mois »."""

    unit: Unit
    count: int


@dataclass(frozen=True, slots=True)
class Range:
    """« du 30 juin au 2 juillet », « 2024-2025 », « entre mars et mai »: both ends as told."""

    start: Expression
    end: Expression


@dataclass(frozen=True, slots=True)
class Several:
    """« les 3, 10 et 17 juin »; `exclusive` for « le 3 ou le 4 juin »."""

    members: tuple[Calendar, ...]
    exclusive: bool = False


Expression = (
    Offset
    | Calendar
    | Numeric
    | Season
    | Portion
    | Decade
    | Century
    | Feast
    | Week
    | WeekdayOf
    | NthWeekday
    | Neighbour
    | NewYear
    | Recent
    | Duration
    | Range
    | Several
)
