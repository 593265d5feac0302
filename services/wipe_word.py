"""Asking the journal whether this machine is to be wiped, and telling it when that is done."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from typing import TYPE_CHECKING

from client.device_policy import Device, DevicePolicy, WipeSaid, tell_success
from client.errors import ErrorKind, JournalError
from offline_cache.wipe import WipeReport, begun_wipes, finish_wipe, note_told, pending_report
from services.refusals import Refusals

if TYPE_CHECKING:
    from pathlib import Path

    from client.auth.transport import AuthTransport
    from ports.keyring import KeyProtector
    from services.session import Session
    from services.setup import Setup

_DEVICE = "device"


class WipeWord:
    """The journal's word on this machine, asked for as often as the policy says and whenever it lets nobody in any more."""

    def __init__(self, setup: Setup, session: Session, http: AuthTransport) -> None:
        self._setup = setup
        self._session = session
        self._policy = DevicePolicy(http, setup.journal.wipe_address, setup.ids)
        self._device: Device | None = None
        self._asked_at: float | None = None
        self._was_let_in = True
        self._refusals = Refusals(session)

    @property
    def report(self) -> WipeReport | None:
        """Return whom to tell of a wipe, and with what; None before the journal was ever asked."""
        return WipeReport(self._policy.success_address, self._device.success) if self._device else None

    async def is_ordered(self, *, let_in: bool, before: bool, held: int) -> bool:
        """Tell whether the machine is to be wiped. With no answer, or asked again too soon, the last word stands.

        Args:
            let_in: Whether the journal lets this clinician in.
            before: The last word.
            held: How many signed entries keep an order from being carried out.
        """
        if not self._setup.journal.wipe_address or not (before or self._is_time(let_in=let_in)):
            return before
        try:
            device = await self._known_device()
            said = await self._policy.ask(device, held=held)
        except JournalError as error:
            if error.kind is ErrorKind.FORBIDDEN and self._device is not None:
                await self._keep(replace(self._device, is_known=False))  # a journal that lost its memory
            return before
        self._asked_at, self._was_let_in = self._setup.clock.monotonic(), let_in
        if said is WipeSaid.UNPROVEN:
            await self._setup.worker.run(self._refusals.note_order)
        return said is WipeSaid.ORDERED

    def _is_time(self, *, let_in: bool) -> bool:
        if self._asked_at is None or let_in is not self._was_let_in:
            return True
        passed = self._setup.clock.monotonic() - self._asked_at
        return passed >= self._setup.retention.ask_every.total_seconds()

    async def _known_device(self) -> Device:
        """Return this machine, known to the journal: made and handed over the first time, in the clinician's name.

        Raises:
            JournalError: The journal cannot be told of it now.
        """
        if self._device is None:
            kept = await self._setup.worker.run(self._session.store.meta.get, _DEVICE)
            self._device = Device.from_bytes(kept) if kept else Device.new(self._setup.ids)
        if not self._device.is_known:
            token = await (self._session.proven or self._session.tokens).token()
            if token is None:
                raise JournalError(ErrorKind.UNAUTHORIZED)
            await self._keep(self._device)  # before it is handed over: a crash between would make another one
            await self._policy.register(self._device, token)
            await self._keep(replace(self._device, is_known=True))
        return self._device

    async def _keep(self, device: Device) -> None:
        self._device = device
        await self._setup.worker.run(self._session.store.meta.put, _DEVICE, device.to_bytes())


def finish_begun_wipes(setup: Setup, protector: KeyProtector | None) -> None:
    """At every start, before anything is opened: finish the wipes that a crash cut short. Needs no PIN and no network."""
    for folder in begun_wipes(setup.folders.cache, setup.disk):
        finish_wipe(folder, setup.disk, protector)


async def tell_ends_of_wipes(setup: Setup, http: AuthTransport) -> None:
    """Tell the journal of wipes that are done and that it has not heard of; what fails is told another time."""
    for folder in await setup.worker.run(begun_wipes, setup.folders.cache, setup.disk):
        with contextlib.suppress(JournalError):
            await tell_end_of_wipe(setup, http, folder)


async def tell_end_of_wipe(setup: Setup, http: AuthTransport, folder: Path) -> None:
    """Tell the journal of one wipe, if it is done.

    Raises:
        JournalError: The journal has not heard it.
    """
    report = await setup.worker.run(pending_report, folder, setup.disk)
    if report is not None:
        await tell_success(http, report.address, report.fields)
        await setup.worker.run(note_told, folder, setup.disk)
