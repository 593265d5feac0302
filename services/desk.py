"""What the acts on the outbox stand on while somebody is in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from services.changing import Changing
from services.conflicts import Settling
from services.outbox_desk import OutboxDesk
from services.strangers import Strangers

if TYPE_CHECKING:
    from services.reading import Reading
    from services.session import Session
    from services.setup import Setup
    from services.signing import Signing


@dataclass(slots=True)
class Desk:
    """What the acts stand on while somebody is in."""

    changing: Changing
    settling: Settling
    outbox: OutboxDesk
    strangers: Strangers

    @classmethod
    def of(cls, session: Session, setup: Setup, signing: Signing, reading: Reading) -> Desk:
        """Put it together for a session."""
        store, clock, ids, who = session.store, setup.clock, setup.ids, session.clinician
        return cls(
            Changing(store, signing.writing),
            Settling(store, clock, ids, who, reading, session.seals),
            OutboxDesk(store, clock, who, signing.writing),
            Strangers(store, clock, ids, who),
        )
