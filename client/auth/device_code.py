"""Signing in with another device (RFC 8628): a code is shown here, and a person enters it where there is a browser."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import msgspec

from client.auth.arrival import grant_of
from client.auth.assurance import Assurance
from client.auth.discovery import Endpoints, discover
from client.auth.errors import SignInError, SignInReason
from client.auth.token_answer import raise_for_refusal, refusal_code
from client.errors import ErrorKind, JournalError
from client.failures import json_body

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from client.answer import Answer
    from client.auth.grant import Grant
    from client.auth.party import Party

GRANT_TYPE = "urn:ietf:params:oauth:grant-type:device_code"
_SLOWER = 5.0
"""Seconds more between two questions whenever the issuer says `slow_down` (§3.5)."""

_LONGEST_PAUSE = 60.0
_LONGEST = 128
_LONGEST_ADDRESS = 2048
_SHORTEST_LIFE = 60
_LONGEST_LIFE = 24 * 60 * 60
_NOTHING = Assurance()


@dataclass(frozen=True, slots=True)
class Invitation:
    """What is shown to a person: the code, where to enter it, and until when. `with_code` is an address that carries the code."""

    user_code: str
    address: str
    with_code: str
    ends_at: datetime


class _Device(msgspec.Struct):
    device_code: str = ""
    user_code: str = ""
    verification_uri: str = ""
    verification_uri_complete: str | None = None
    expires_in: int = 0
    interval: float | None = None


_read = msgspec.json.Decoder(_Device, strict=False).decode


class DeviceSignIn:
    """One sign-in under way: show `invitation`, then wait for `finish`."""

    def __init__(
        self,
        party: Party,
        endpoints: Endpoints,
        device: _Device,
        scopes: Sequence[str],
        assurance: Assurance = _NOTHING,
    ) -> None:
        self._party = party
        self.endpoints = endpoints
        self._code = device.device_code
        self._scopes = tuple(scopes)
        self._assurance = assurance
        self._pause = min(
            max(1.0, device.interval or 5.0), _LONGEST_PAUSE
        )  # in this order also for no number
        life = min(max(device.expires_in, _SHORTEST_LIFE), _LONGEST_LIFE)
        self._end = party.clock.monotonic() + life
        self.invitation = Invitation(
            device.user_code,
            device.verification_uri,
            device.verification_uri_complete or "",
            party.clock.now() + timedelta(seconds=life),
        )

    @classmethod
    async def begin(
        cls,
        party: Party,
        base: str,
        *,
        scopes: Sequence[str],
        issuer: str = "",
        assurance: Assurance = _NOTHING,
    ) -> DeviceSignIn:
        """Ask for a code. `assurance` is what the sign-in must be worth: asked for, and looked for in what comes back.

        Raises:
            SignInError: METADATA when the journal's description cannot be used; UNSUPPORTED when its issuer has no device codes;
                REFUSED when it gives this client none.
            JournalError: when the network fails.
        """
        endpoints = await discover(party.http, base, issuer)
        if not endpoints.device:
            raise SignInError(SignInReason.UNSUPPORTED, detail="no device codes")
        form = [
            ("client_id", party.client.client_id),
            ("scope", " ".join(scopes)),
            ("aud", base.rstrip("/")),
            *assurance.asked(),
        ]
        answer = await party.post(
            endpoints.device, form, issuer=endpoints.issuer, token_endpoint=endpoints.token
        )
        raise_for_refusal(answer, endpoints.device)
        return cls(party, endpoints, _device(answer), scopes, assurance)

    async def finish(self) -> Grant:
        """Ask until the person has answered. Cancel it to give up.

        Raises:
            SignInError: DENIED when the person said no, EXPIRED when the code ran out, else as for any sign-in.
            JournalError: when anything but the issuer answers. A lost line is waited out.
        """
        clock = self._party.clock
        while clock.monotonic() < self._end:
            await clock.sleep(self._pause)
            answer = await self._ask()
            if answer is not None:
                return await grant_of(
                    self._party,
                    self.endpoints,
                    answer,
                    scopes=self._scopes,
                    nonce="",
                    assurance=self._assurance,
                )
        raise SignInError(SignInReason.EXPIRED)

    async def _ask(self) -> Answer | None:
        """Ask once; None when it is too early to tell."""
        endpoints = self.endpoints
        form = [("grant_type", GRANT_TYPE), ("device_code", self._code)]
        try:
            answer = await self._party.post(
                endpoints.token, form, issuer=endpoints.issuer, token_endpoint=endpoints.token
            )
        except JournalError as error:
            if error.kind is not ErrorKind.UNREACHABLE:
                raise
            self._slow_down()
            return None
        code = refusal_code(answer)
        if code == "authorization_pending":
            return None
        if code == "slow_down" or answer.status in {429, 503}:
            self._slow_down()
            return None
        if code in {"access_denied", "expired_token"}:
            reason = SignInReason.DENIED if code == "access_denied" else SignInReason.EXPIRED
            raise SignInError(reason, code=code)
        return answer

    def _slow_down(self) -> None:
        self._pause = min(self._pause + _SLOWER, _LONGEST_PAUSE)


def _device(answer: Answer) -> _Device:
    """Read what the issuer gave; an address that no browser should be sent to is refused."""
    try:
        device = _read(json_body(answer, writes=False))
    except (msgspec.MsgspecError, UnicodeDecodeError):
        raise JournalError(ErrorKind.NOT_FHIR, status=answer.status, detail="no device code") from None
    shown = (device.verification_uri, device.verification_uri_complete or device.verification_uri)
    is_short = 0 < len(device.user_code) <= _LONGEST and device.user_code.isprintable()
    if not device.device_code or not is_short or not all(_is_web(one) for one in shown):
        raise SignInError(SignInReason.REFUSED, detail="no device code that can be shown")
    return device


def _is_web(url: str) -> bool:
    """Tell whether an address may be shown as one to open."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    is_plain = url.isascii() and url.isprintable() and " " not in url and "@" not in parts.netloc
    return len(url) <= _LONGEST_ADDRESS and is_plain and parts.scheme == "https" and bool(parts.hostname)
