"""What every act of a working day stands on: who is in, and the services of the open session."""

from __future__ import annotations

import contextlib
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from services.audit_event import tell_refusal
from services.refusals import REFUSED
from services.trouble import Trouble, TroubleCode
from services.views import CacheKind
from services.who_signed_in import require_courses

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from services.desk import Desk
    from services.reading import Reading
    from services.refusals import Refusals
    from services.retaining import Retaining
    from services.session import Session
    from services.setup import Setup
    from services.signing import Signing
    from services.writing import Writing


class AtWork(ABC):
    """The open session, or LOCKED. The acts are mixed into one `Workday`, which has the rest."""

    _setup: Setup
    _session: Session | None
    _reading: Reading | None
    _signing: Signing | None
    _desk: Desk | None
    _retaining: Retaining | None
    _refusals: Refusals | None

    @abstractmethod
    async def _refresh_status(self) -> None:
        """Say anew what the status line says."""

    @abstractmethod
    def _wake(self) -> None:
        """Let the delivery look at once."""

    @abstractmethod
    async def _after_contact(self, let_in: bool) -> bool:  # noqa: FBT001  what the delivery tells
        """Take in that the journal has answered, and whether it let the clinician in; return whether the session goes on."""

    def _open(self) -> Session:
        if self._retaining is not None and self._retaining.is_over:
            raise Trouble(TroubleCode.CACHE_WIPED)
        if self._session is None:
            raise Trouble(TroubleCode.LOCKED)
        return self._session

    def _writable(self) -> Session:
        session = self._open()
        if session.store.read_only:
            raise Trouble(TroubleCode.CACHE_TOO_NEW if session.store.is_newer else TroubleCode.CACHE_BUSY)
        return session

    def _trained(self) -> Reading:
        """Return what reads, for a clinician who lacks no course; a lease that has ended is renewed by what needs no more."""
        reading, session = self._reader(), self._open()
        passed = session.clinician.courses
        require_courses(self._setup, session.tokens.grant.user.courses if passed is None else passed)
        return reading

    def _clinical(self) -> Reading:
        """Return what reads charts, as long as the lease lasts and no course is missing: a demand may be newer than the cache."""
        reading = self._trained()
        if self._retaining is not None:
            self._retaining.require_reading()
        return reading

    @contextlib.asynccontextmanager
    async def _opening(self, patient_id: str) -> AsyncIterator[None]:
        """Have it stand in the log when the patient is refused to whoever asks for them; raises what the block raises."""
        try:
            yield
        except Trouble as refused:
            await self._note_refused(patient_id, refused.code)
            raise

    async def _note_refused(self, patient_id: str, code: str) -> None:
        """Have it stand in the log that a patient was not shown; without a cache, in the journal's."""
        session = self._session
        if session is None or self._refusals is None or code not in REFUSED:
            return
        await self._setup.worker.run(self._refusals.note_opening, patient_id, code)
        if session.cache is CacheKind.NONE:
            await tell_refusal(session, patient_id, code, self._setup.clock.now())

    def _reader(self) -> Reading:
        self._open()
        if self._reading is None:
            raise Trouble(TroubleCode.LOCKED)
        return self._reading

    def _signer(self) -> Signing:
        self._open()
        if self._signing is None:
            raise Trouble(TroubleCode.LOCKED)
        return self._signing

    def _at_desk(self) -> Desk:
        self._open()
        if self._desk is None:
            raise Trouble(TroubleCode.LOCKED)
        return self._desk

    def _writer(self) -> Writing:
        return self._signer().writing
