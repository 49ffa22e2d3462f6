"""What the page says, in each of its languages."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from importlib.resources import files

LANGUAGES = ("en", "fr")


@cache
def labels() -> dict[str, dict[str, str]]:
    """Language to key to label, from `labels.tsv` beside this module."""
    table: dict[str, dict[str, str]] = {language: {} for language in LANGUAGES}
    for line in files("pipeline.report").joinpath("labels.tsv").read_text("utf-8").splitlines():
        if not line.startswith("#"):
            key, *said = line.split("\t")
            for language, label in zip(LANGUAGES, said, strict=True):
                table[language][key] = label
    return table


@cache
def _territories(language: str) -> dict[str, str]:
    import pycountry
    from babel import Locale

    from pipeline.countries.names import alpha3

    names = dict(Locale(language).territories)
    former = {country.alpha_3: country.name for country in pycountry.historic_countries}
    return former | {code: names[short] for short, code in alpha3().items() if short in names}


def with_countries(codes: Iterable[str]) -> dict[str, dict[str, str]]:
    """All labels, and the names of the countries of these alpha-3 codes under their codes.

    A code that no standard knows stands for itself.
    """
    wanted = sorted(set(codes))
    return {
        language: known | {code: _territories(language).get(code, code) for code in wanted}
        for language, known in labels().items()
    }
