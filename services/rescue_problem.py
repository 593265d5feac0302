"""What stops an export or a rescue as a whole, as codes that the command line puts into words."""

from __future__ import annotations

from enum import StrEnum


class RescueProblem(StrEnum):
    """One name per thing that a person does something different at."""

    NOTHING_SEALED = "nothing-sealed"
    TARGET_EXISTS = "target-exists"
    TARGET_UNWRITABLE = "target-unwritable"
    FILE_UNREADABLE = "file-unreadable"
    EXPORT_DAMAGED = "export-damaged"
    EXPORT_TRUNCATED = "export-truncated"
    KEY_UNREADABLE = "key-unreadable"
    NOBODY_CHOSEN = "nobody-chosen"
    UNKNOWN_PERSON = "unknown-person"


class RescueStopped(Exception):
    """Nothing was sent, and nothing was changed."""

    def __init__(self, problem: RescueProblem) -> None:
        super().__init__(problem.value)
        self.problem = problem
