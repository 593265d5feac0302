"""The page that is made of the rows: `docs/security-asvs.md`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.omissions import ROOT
from tests.security_asvs.rows import Chapter, Row, State, order

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

PAGE = ROOT / "docs" / "security-asvs.md"

_HEAD = """# OWASP ASVS 5.0.0, requirement by requirement

Made by `make asvs` from `tests/security_asvs/chapters/`; a requirement of level 1 or 2 without a row, a test that is not there,
and a page that is not the rows' own fail `make test`. Requirements are named by id alone; their text is at
[OWASP](https://github.com/OWASP/ASVS/tree/v5.0.0) (CC BY-SA 4.0), and none of it is copied. The words are ours, and so are the
judgements: nobody outside the project has checked them. The standard is written for web applications; this is a client in a
terminal with a store of its own, so much of it falls to the journal and the issuer of the sign-in. Tests are named below
`tests/`. What the program must withstand, and what it does not, is in [security.md](security.md).

"""

_MEANS = {
    State.SHOWN: "done, and the named tests show it",
    State.PARTLY: "a part is done and shown; what is lacking is said",
    State.READ: "done in the code, held by reading only: no test would notice if it went",
    State.MISSING: "not done",
    State.THEIRS: "the part of the journal, the issuer or the organisation; tests, where named, are of our side of it",
    State.APART: "there is nothing here that it could apply to",
}


def page(chapters: Sequence[Chapter], levels: Mapping[str, int]) -> str:
    """Return the page: the counts, then each chapter as a table."""
    return _HEAD + "\n".join([*_counts(chapters, levels), *_chapters(chapters, levels)]) + "\n"


def count(chapters: Sequence[Chapter], levels: Mapping[str, int], state: State, level: int) -> int:
    """Return how many requirements of a level stand so."""
    ids = [id_ for chapter in chapters for row in chapter.rows if row.state is state for id_ in row.ids]
    return sum(levels[id_] == level for id_ in ids)


def _counts(chapters: Sequence[Chapter], levels: Mapping[str, int]) -> list[str]:
    lines = [
        "| how it stands | level 1 | level 2 | level 3 | what that means |",
        "|---|---:|---:|---:|---|",
    ]
    for state in State:
        numbers = " | ".join(str(count(chapters, levels, state, level)) for level in (1, 2, 3))
        lines.append(f"| {state} | {numbers} | {_MEANS[state]} |")
    named = {id_ for chapter in chapters for row in chapter.rows for id_ in row.ids}
    left = [sum(value == level and id_ not in named for id_, value in levels.items()) for level in (1, 2, 3)]
    lines.append(f"| no row | {left[0]} | {left[1]} | {left[2]} | of level 3, looked at and not taken up |")
    return lines


def _chapters(chapters: Sequence[Chapter], levels: Mapping[str, int]) -> list[str]:
    lines: list[str] = []
    for chapter in chapters:
        lines += ["", f"## V{chapter.number} · {chapter.title}", ""]
        lines += [
            "| requirement (level) | how it stands | what is done, or why not | shown by |",
            "|---|---|---|---|",
        ]
        lines += [_line(row, levels) for row in sorted(chapter.rows, key=lambda row: order(row.ids[0]))]
    return lines


def _line(row: Row, levels: Mapping[str, int]) -> str:
    ids = ", ".join(f"V{id_} ({levels[id_]})" for id_ in row.ids)
    says = f"{row.says} *Lacking:* {row.lacks}" if row.lacks else row.says
    return f"| {ids} | {row.state} | {says} | {', '.join(f'`{test}`' for test in row.tests)} |"
