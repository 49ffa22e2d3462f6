"""Date expressions with their expected values, written inline in sentences: the format of the test table.

`## name` starts a group, `@2024-07-03` sets the document's date for the lines after it (`@` alone: none), `#`
is a comment; a line with an open tag goes on in the next one. In a line `<ent value="…">jeudi</ent>` marks an
expression.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import StatutsError

_ENTITY = re.compile(r'<ent(?: value="([^"]*)")?>(.*?)</ent>', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Expected:
    """An expression at characters `start` to `end` with its EDTF value, None where nothing tells it."""

    start: int
    end: int
    value: str | None


@dataclass(frozen=True, slots=True)
class Case:
    """A sentence with the document's date and the expressions expected in it; none for a counter-example."""

    group: str
    document_date: str | None
    text: str
    expected: tuple[Expected, ...]
    line: int


def _case(group: str, date: str | None, marked: str, line: int) -> Case:
    text, expected, position = "", [], 0
    for match in _ENTITY.finditer(marked):
        text += marked[position : match.start()]
        expected.append(Expected(len(text), len(text) + len(match[2]), match[1] or None))
        text += match[2]
        position = match.end()
    return Case(group, date, text + marked[position:], tuple(expected), line)


def read_cases(path: Path) -> list[Case]:
    """Every case of a table, in order. Raises StatutsError where the file cannot be read or a tag is not
    closed.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise StatutsError(f"{path}: no table of date expressions can be read here ({error})") from error
    cases: list[Case] = []
    group, date, pending, first = "", None, "", 0
    for number, line in enumerate(lines, start=1):
        if pending:
            pending += "\n" + line
        elif line.startswith("## "):
            group = line[3:]
            continue
        elif line.startswith("@"):
            date = line[1:].strip() or None
            continue
        elif line.startswith("#") or not line.strip():
            continue
        else:
            pending, first = line, number
        if pending.count("<ent") > pending.count("</ent>"):
            continue
        cases.append(_case(group, date, pending, first))
        if "<ent" in cases[-1].text or "</ent" in cases[-1].text:
            raise StatutsError(
                f'{path}, line {first}: a tag is not closed or not written <ent value="…">…</ent>'
            )
        pending = ""
    if pending:
        raise StatutsError(f"{path}, line {first}: </ent> is missing")
    return cases
