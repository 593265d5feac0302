"""The pinned way to the journal: the only place where the journal's token meets a request."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

from client.answer import Answer
from client.clock_skew import clock_ahead, is_another
from client.errors import UNTRUSTED, Distrust, ErrorKind, JournalError
from client.failures import failure
from client.origin import Origin
from client.sender import Sender

if TYPE_CHECKING:
    import ssl
    from collections.abc import Awaitable, Mapping, Sequence
    from datetime import datetime

    from client.auth.holder_key import HolderKey
    from client.meter import Meter
    from client.wire import httpx
    from ports.clock import Clock
    from ports.ids import Ids

__all__ = ["Answer", "JournalTransport", "TokenSource"]

_UNAUTHORIZED = 401
_WANTS_NONCE = "use_dpop_nonce"
_BAD_PROOF = "invalid_dpop_proof"
_MOST_AGAIN = 2
_READS = frozenset({"GET", "HEAD"})
_STILL_SAY_SO = frozenset({ErrorKind.UNREACHABLE, ErrorKind.UNAUTHORIZED, ErrorKind.TOO_MANY})


class TokenSource(Protocol):
    """Where the access token comes from."""

    async def token(self) -> str | None:
        """Return the token to use now; None when nobody is signed in."""
        ...

    async def refused(self, token: str) -> str | None:
        """Take note that the journal refused this token; return a fresh one, or None when there is none."""
        ...


class JournalTransport:
    """Sends requests below one base address and nowhere else. Redirects are answers, never followed."""

    def __init__(
        self,
        base_url: str,
        *,
        clock: Clock,
        ids: Ids,
        token: TokenSource | None = None,
        holder: HolderKey | None = None,
        plain_http: bool = False,
        inner: httpx.AsyncBaseTransport | None = None,
        timeout: float = 20.0,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.origin = Origin.of(base_url, plain_http=plain_http)
        self._token = token
        self._holder = holder  # the key that the tokens are bound to; None for bearer tokens
        self._clock = clock
        self._ids = ids
        self.ahead = timedelta()
        """How far the journal's clock was ahead of ours in its last answer; zero where it cannot be told."""
        self.journal_time: datetime | None = None
        """What the journal's own clock showed in the last answer; None where that gave no time."""
        self.distrusted: set[Distrust] = set()
        """Why answers in the journal's place were not taken for its own, since this way to it was opened."""
        self._sender = Sender(self.origin, clock=clock, ids=ids, inner=inner, timeout=timeout, tls=tls)

    async def send(
        self,
        method: str,
        path: str,
        *,
        query: Sequence[tuple[str, str]] = (),
        body: bytes | None = None,
        headers: Mapping[str, str] = {},
    ) -> Answer:
        """Send a request to a path below the base and return the answer, whatever its status but 401.

        Raises:
            JournalError: when no whole answer came, or the journal refused the token twice.
        """
        writes = method not in _READS and not path.endswith("_search")
        return await self._send(method, self.origin.url(path, query), body, headers, writes=writes)

    async def follow(self, link: str, *, headers: Mapping[str, str] = {}) -> Answer:
        """Get a link that the journal gave, rebuilt on our own base; OFF_ORIGIN when it leads elsewhere."""
        return await self._send("GET", self.rebuilt(link), None, headers, writes=False)

    def rebuilt(self, link: str) -> str:
        """Return a link that the journal gave on our own base; OFF_ORIGIN, and remembered, when it leads elsewhere."""
        try:
            return self.origin.rebuild(link)
        except JournalError:
            self.distrusted.add(Distrust.ORIGIN)
            raise

    def failure(self, answer: Answer, *, writes: bool) -> JournalError | None:
        """Return the error that an answer means, None for success; one that sends us elsewhere is remembered."""
        error = failure(answer, writes=writes, origin=self.origin)
        if error is not None and error.kind is ErrorKind.OFF_ORIGIN:
            self.distrusted.add(Distrust.ORIGIN)
        return error

    @property
    def meter(self) -> Meter:
        """What has gone over the line so far."""
        return self._sender.meter

    async def aclose(self) -> None:
        """Close the connections."""
        await self._sender.aclose()

    async def _send(
        self, method: str, url: str, body: bytes | None, headers: Mapping[str, str], *, writes: bool
    ) -> Answer:
        """Send with the token; after a 401 once more with a fresh one."""
        token = await _asked_for(self._token.token()) if self._token else None
        answer = await self._once(method, url, body, headers, token, writes=writes)
        if answer.status == _UNAUTHORIZED and self._token and token:
            token = await _asked_for(self._token.refused(token))
            if token:
                answer = await self._once(method, url, body, headers, token, writes=writes)
        if answer.status == _UNAUTHORIZED:
            raise self.failure(answer, writes=writes) or JournalError(ErrorKind.UNAUTHORIZED)
        return answer

    async def _once(
        self,
        method: str,
        url: str,
        body: bytes | None,
        headers: Mapping[str, str],
        token: str | None,
        *,
        writes: bool,
    ) -> Answer:
        """Send one request; a journal that wants its nonce in the proof, or another time, is sent it again (RFC 9449 §9)."""
        before = self.ahead
        answer = await self._signed(method, url, body, headers, token, writes=writes)
        for _ in range(_MOST_AGAIN if self._holder is not None else 0):
            challenge = answer.headers.get("www-authenticate", "") if answer.status == _UNAUTHORIZED else ""
            is_late = _BAD_PROOF in challenge and is_another(before, self.ahead)
            if _WANTS_NONCE not in challenge and not is_late:
                break
            before = self.ahead
            answer = await self._signed(method, url, body, headers, token, writes=writes)
        return answer

    async def _signed(
        self,
        method: str,
        url: str,
        body: bytes | None,
        headers: Mapping[str, str],
        token: str | None,
        *,
        writes: bool,
    ) -> Answer:
        """Send one request; the token is added here, after which the sender checks the origin again."""
        clean = {
            name: value for name, value in headers.items() if name.lower() not in {"authorization", "dpop"}
        }
        signed = {**clean, **self._authorization(method, url, token)}
        try:
            answer = await self._sender.send(method, url, headers=signed, body=body, writes=writes)
        except JournalError as error:
            if error.detail == UNTRUSTED:
                self.distrusted.add(Distrust.TLS)
            raise
        self.journal_time = answer.server_time
        self.ahead = clock_ahead(answer)
        if self._holder is not None:
            self._holder.take_nonce(self.origin.address, answer.headers.get("dpop-nonce", ""))
        return answer

    def _authorization(self, method: str, url: str, token: str | None) -> dict[str, str]:
        """Return the headers that carry the token, bound to this request where it is bound to a key."""
        if not token:
            return {}
        if self._holder is None:
            return {"Authorization": f"Bearer {token}"}
        proof = self._holder.proof(
            method,
            url,
            now=self._clock.now() + self.ahead,
            fresh_id=self._ids.uuid(),
            origin=self.origin.address,
            token=token,
        )
        return {"Authorization": f"DPoP {token}", "DPoP": proof}


async def _asked_for(token: Awaitable[str | None]) -> str | None:
    """Wait for a token. What the issuer answers in its place is no word of the journal's about what was to be sent."""
    try:
        return await token
    except JournalError as error:
        if error.kind in _STILL_SAY_SO:
            raise
        raise JournalError(
            ErrorKind.UNREACHABLE, retry_after=error.retry_after, detail="no token to send it with"
        ) from error
