"""Any text to codes of countries."""

from __future__ import annotations

import re

from pipeline.countries import country_code, country_codes
from tests.fuzz.french import COUNTRIES, mixed

INPUT = mixed(*COUNTRIES, "République de ", "ex-", "royaume ", "St ", "île(s) ", "ln", most=6)


def check(data: str) -> None:
    for place in (False, True):
        codes = country_codes(data, place=place)
        assert all(re.fullmatch("[A-Z]{3}", code) for code in codes)
        assert len(set(codes)) == len(codes)
        assert country_code(data, place=place) == (codes[0] if codes else None)
        assert country_code(data, place=place, context=codes[-1:]) == (codes[-1] if codes else None)
