"""What was said to each nurse, kept beside the program: the promises of one laptop, and what all of them share."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.simulation.faulty_journal import FaultyLine, Server
    from tests.simulation.nurse import Nurse
    from tests.simulation.promises_pull import Version


@dataclass
class Promise:
    """What the screen said of one entry. What broke off before it was said may have happened or not."""

    entry_id: str
    patient: str
    may_hold: list[dict[str, str]]
    is_signed: bool = False
    may_be_signed: bool = False
    is_withdrawn: bool = False
    may_be_withdrawn: bool = False
    held_at: float | None = None
    """When it was held by hand; None from the moment on that somebody may have let it go."""
    let_go_at: float = -1e9
    """When it was last let go by hand."""
    resends: int = 0
    """How often a person chose to send again what the journal may have."""

    def let_go(self, now: float) -> None:
        """Take note that somebody lets it go now."""
        self.held_at, self.let_go_at = None, now


@dataclass
class Book:
    """One laptop: its nurse, its line, and what it was promised."""

    number: int
    nurse: Nurse
    line: FaultyLine
    made: dict[str, Promise] = field(default_factory=dict)
    opened: dict[str, int] = field(default_factory=dict)
    """How often each chart was on the screen."""
    matched: dict[str, str] = field(default_factory=dict)
    """Typed identities, and the patient each was told to be."""
    shown: dict[tuple[str, str], set[str]] = field(default_factory=dict)
    """By patient and part: the ids that the cache held when it was last checked."""
    purges: dict[str, int] = field(default_factory=dict)
    """How often each chart was removed."""
    scanned: dict[str, tuple[int, int, int]] = field(default_factory=dict)
    """By name: the files that were searched for anything in the clear, as they were then."""
    clock_turned_at: float = -1e9
    checked: object = None

    def has_changed(self, journal_mark: object) -> bool:
        """Tell whether store, journal or promises are other than when this was last asked."""
        store = self.nurse.store
        promised = [(p.is_signed, p.is_withdrawn, p.held_at, len(p.may_hold)) for p in self.made.values()]
        mark = (
            id(store),
            store._engine._connection.total_changes(),
            journal_mark,
            promised,
            dict(self.opened),
        )
        is_other, self.checked = mark != self.checked, mark
        return is_other


@dataclass
class Truth:
    """What the promises are held against."""

    server: Server
    books: list[Book]
    checked: int = 0
    """How many writes of the log have been judged."""
    out_of_turn: list[str] = field(default_factory=list)
    """What left a laptop before what was signed earlier for the same patient."""
    hidden: set[tuple[str, str]] = field(default_factory=set)
    """Patient and type of what was hidden without a word: whoever read it then could not know, until it is read whole again."""
    was_withheld: bool = False
    """Whether somebody's chart was ever closed to everybody: what is sent about them then is refused."""
    strange: set[str] = field(default_factory=set)
    """Patients who were merged or withheld: of them less is promised."""
    versions: dict[tuple[str, str, int, str], Version] = field(default_factory=dict)
    """The versions of the journal, read once."""

    def was_restored_after(self, moment: float) -> bool:
        """Tell whether a copy was put back since."""
        at = self.server.behind.restored_at
        return at is not None and at >= moment
