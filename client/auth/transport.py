"""The way to the sign-in: hardened like the journal's, on origins of its own, and never with its token."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from client.clock_skew import clock_ahead
from client.errors import ErrorKind, JournalError
from client.failures import failure, json_body
from client.origin import Origin
from client.sender import Sender

if TYPE_CHECKING:
    import ssl
    from collections.abc import Mapping, Sequence

    from client.answer import Answer
    from client.wire import httpx
    from ports.clock import Clock
    from ports.ids import Ids

_JSON = "application/json"


class AuthTransport:
    """Sends to the origins that `allow` named and no other; no cookies, redirects are not followed."""

    def __init__(
        self,
        *,
        clock: Clock,
        ids: Ids,
        plain_http: bool = False,
        inner: httpx.AsyncBaseTransport | None = None,
        timeout: float = 20.0,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._clock = clock
        self._ids = ids
        self._plain_http = plain_http
        self._inner = inner
        self._timeout = timeout
        self._tls = tls
        self._senders: dict[str, Sender] = {}
        self._ahead: dict[str, timedelta] = {}

    def allow(self, url: str) -> str:
        """Pin the origin of a URL that the configuration or an issuer's description gave."""
        whole = Origin.of(url, plain_http=self._plain_http)
        if whole.address not in self._senders:
            origin = Origin(whole.scheme, whole.host, whole.port, "")
            self._senders[whole.address] = Sender(
                origin,
                clock=self._clock,
                ids=self._ids,
                inner=self._inner,
                timeout=self._timeout,
                tls=self._tls,
            )
        return url

    def allows(self, url: str) -> bool:
        """Tell whether the URL lies on a pinned origin."""
        return self._find(url) is not None

    def is_beside(self, url: str, other: str) -> bool:
        """Tell whether both URLs lie on one pinned origin."""
        return self.allows(url) and self._find(url) is self._find(other)

    async def get(self, url: str, *, accept: str = _JSON, headers: Mapping[str, str] = {}) -> Answer:
        """Get a page of the sign-in and return the answer, whatever its status."""
        return await self._send("GET", url, {"Accept": accept, **headers})

    def ahead(self, url: str) -> timedelta:
        """Return how far the clock of the URL's origin was ahead of ours when it last answered."""
        sender = self._find(url)
        return self._ahead.get(sender.origin.address, timedelta()) if sender else timedelta()

    async def post_form(
        self,
        url: str,
        fields: Sequence[tuple[str, str]],
        *,
        accept: str = _JSON,
        writes: bool = False,
        headers: Mapping[str, str] = {},
    ) -> Answer:
        """Post a form and return the answer, whatever its status; a redirect is an answer."""
        all_ = {"Accept": accept, "Content-Type": "application/x-www-form-urlencoded", **headers}
        return await self._send("POST", url, all_, urlencode(fields).encode(), writes=writes)

    async def get_json(self, url: str) -> bytes:
        """Get a document that must be JSON.

        Raises:
            JournalError: for every other answer.
        """
        answer = await self.get(url)
        error = failure(
            answer, writes=False, origin=Origin.of(url.partition("?")[0], plain_http=self._plain_http)
        )
        if error is not None:
            raise error
        return json_body(answer, writes=False)

    async def aclose(self) -> None:
        """Close the connections."""
        for sender in self._senders.values():
            await sender.aclose()

    async def _send(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes | None = None,
        *,
        writes: bool = False,
    ) -> Answer:
        """Send through the sender of the URL's origin."""
        sender = self._find(url)
        if sender is None:
            raise JournalError(ErrorKind.OFF_ORIGIN, detail="a sign-in address on another host")
        answer = await sender.send(method, url, headers=headers, body=body, writes=writes)
        self._ahead[sender.origin.address] = clock_ahead(answer)
        return answer

    def _find(self, url: str) -> Sender | None:
        """Return the sender whose origin holds the URL."""
        return next((sender for sender in self._senders.values() if sender.origin.holds(url)), None)
