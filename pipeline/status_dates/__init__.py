"""Which dates belong to which holder of a status, and what period they say it holds.

The rules are those of section 4 of the annotation guidelines. They look at how a text lists holders and
dates (parentheses, order, « respectivement »), at the status, and at words of beginning, ending and handing
on; never at which country or organisation it is.
"""

from __future__ import annotations

from pipeline.status_dates.periods import LASTING, Case, leaving_dates, periods
from pipeline.status_dates.sharing import SaidDate, share

__all__ = ["LASTING", "Case", "SaidDate", "leaving_dates", "periods", "share"]
