"""What is wrong in a journal's TOML file: a code, the field and the line. The words are the command's."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong in a file.

    Attributes:
        kind: What is wrong, as a code: pydantic's own, or one of ours.
        field: The field with its table, as `sign_in.client_id`; empty for the whole file.
        line: Where it stands, or where its table begins; 0 where it cannot be told.
        allowed: What would be right, where there are few answers.
    """

    kind: str
    field: str = ""
    line: int = 0
    allowed: str = ""


class JournalFileFault(Exception):
    """The file cannot be used. Nothing of its content is in the text of this exception."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(f"{len(problems)} problems")
        self.problems = problems


def line_of(text: str, path: list[str]) -> int:
    """Return the line of a field, or of its table where it is missing; 0 where there is neither."""
    table, found = "", 0
    wanted = ".".join(path[:-1])
    for number, line in enumerate(text.splitlines(), 1):
        bare = line.strip()
        if bare.startswith("["):
            table = bare.strip("[]").strip()
            if table in {wanted, ".".join(path)}:
                found = number
        elif path and table == wanted and bare.partition("=")[0].strip() == path[-1]:
            return number
    return found
