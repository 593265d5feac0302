"""The journal's word on this machine: is it to be wiped? Nextcloud's remote wipe, with a proof on both sides.

The machine's token is made here at the first sign-in and handed over once. After that it never leaves: a question proves that
it comes from this machine, and an order to wipe is believed only with an HMAC of that token over the question's own
challenge. Whoever stands in the journal's place can keep an order back, as can whoever cuts the line, but can give none.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

import msgspec

from client.errors import ErrorKind, JournalError

if TYPE_CHECKING:
    from client.answer import Answer
    from client.auth.transport import AuthTransport
    from ports.ids import Ids

_CHALLENGE_BYTES = 32
TOKEN_BYTES = 32


@dataclass(frozen=True, slots=True)
class Device:
    """This machine, as the journal knows it. `is_known` once the journal has acknowledged the token."""

    device_id: str
    token: bytes = field(repr=False)
    is_known: bool = False

    @classmethod
    def new(cls, ids: Ids) -> Device:
        """Return a machine that no journal knows yet."""
        return cls(ids.uuid(), ids.secret(TOKEN_BYTES))

    def to_bytes(self) -> bytes:
        """Return the machine for an encrypted store."""
        return msgspec.json.encode(self)

    @classmethod
    def from_bytes(cls, kept: bytes) -> Device:
        """Read what `to_bytes` gave."""
        return msgspec.json.decode(kept, type=cls)

    def proof(self, *words: str) -> str:
        """Return what only a holder of the token can make of these words."""
        message = "\n".join(("feltjournal wipe v1", self.device_id, *words))
        return hmac.new(self.token, message.encode(), hashlib.sha256).hexdigest()

    @property
    def success(self) -> tuple[tuple[str, str], ...]:
        """The form that tells that the wipe is done; made before the token goes."""
        return ("device", self.device_id), ("proof", self.proof("success"))


class WipeSaid(StrEnum):
    """What the journal says on a wipe."""

    NOTHING = "nothing"
    ORDERED = "ordered"
    UNPROVEN = "unproven"  # an order that does not prove itself: it does nothing


class _Word(msgspec.Struct):
    wipe: bool = False
    proof: str = ""


class DevicePolicy:
    """The policy endpoint of one journal. It must lie on an origin that the transport allows: the journal's or its sign-in's."""

    def __init__(self, http: AuthTransport, address: str, ids: Ids) -> None:
        self._http = http
        self._address = address.rstrip("/")
        self._ids = ids

    @property
    def success_address(self) -> str:
        """Where the end of a wipe is told."""
        return f"{self._address}/success"

    async def register(self, device: Device, access_token: str) -> None:
        """Hand the token over, in the name of whoever is signed in.

        Raises:
            JournalError: The journal did not take it.
        """
        form = [
            ("access_token", access_token),  # RFC 6750 §2.2
            ("device", device.device_id),
            ("token", device.token.hex()),
        ]
        _good(await self._http.post_form(f"{self._address}/device", form, writes=True))

    async def ask(self, device: Device, *, held: int) -> WipeSaid:
        """Ask whether this machine is to be wiped; ORDERED only where the order proves itself.

        Args:
            device: This machine.
            held: How many signed entries keep an order from being carried out; the journal may tell somebody.

        Raises:
            JournalError: There was no answer to go by.
        """
        challenge = self._ids.secret(_CHALLENGE_BYTES).hex()
        form = [
            ("device", device.device_id),
            ("challenge", challenge),
            ("held", str(held)),
            ("proof", device.proof("check", challenge, str(held))),
        ]
        answer = _good(await self._http.post_form(f"{self._address}/check", form))
        try:
            word = msgspec.json.decode(answer.body, type=_Word)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            raise JournalError(ErrorKind.BROKEN, status=answer.status, detail="no word on a wipe") from None
        expected = device.proof("wipe", challenge)
        if not word.wipe:
            return WipeSaid.NOTHING
        is_proven = hmac.compare_digest(word.proof.encode(), expected.encode())
        return WipeSaid.ORDERED if is_proven else WipeSaid.UNPROVEN


async def tell_success(http: AuthTransport, address: str, fields: tuple[tuple[str, str], ...]) -> None:
    """Tell the journal that the wipe is done; telling it twice does no harm.

    Raises:
        JournalError: The journal has not heard it.
    """
    _good(await http.post_form(address, fields, writes=True))


def _good(answer: Answer) -> Answer:
    if 200 <= answer.status < 300:
        return answer
    kind = {401: ErrorKind.UNAUTHORIZED, 403: ErrorKind.FORBIDDEN, 404: ErrorKind.NOT_FOUND}
    raise JournalError(kind.get(answer.status, ErrorKind.REFUSED), status=answer.status)
