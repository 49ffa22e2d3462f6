"""The page to try the pipeline on: a form, and under it the report on the one document."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from jinja2 import ChoiceLoader, Environment, PackageLoader

from pipeline.document import Document
from pipeline.report.page import SCRIPTS, contents, environment
from pipeline.serve.limits import Limits, Refused


@dataclass(frozen=True, slots=True)
class Entered:
    """What the form holds: a text, its date as it was written, and the name of an uploaded file."""

    text: str = ""
    date: str = ""
    name: str = "text"


@cache
def _environment() -> Environment:
    report = environment()
    assert report.loader is not None
    return report.overlay(loader=ChoiceLoader([PackageLoader("pipeline.serve"), report.loader]))


def try_page(
    entered: Entered,
    limits: Limits,
    nonce: str,
    *,
    document: Document | None = None,
    problem: Refused | None = None,
) -> str:
    """The page as HTML: the form as it was filled in, and what was read, or why nothing was.

    `nonce` is the one of the scripts that the page's Content-Security-Policy allows.
    """
    shown = contents([document] if document else [])
    return (
        _environment()
        .get_template("try.html")
        .render(
            shown,
            entered=entered,
            limits=limits,
            nonce=nonce,
            problem=problem,
            read=document is not None,
            scripts=SCRIPTS if document else SCRIPTS[:1],
        )
    )
