"""The one place that a transport may talk to: scheme, host, port and the path below which all lies."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote, urlencode, urlsplit

from client.errors import ErrorKind, JournalError

if TYPE_CHECKING:
    from collections.abc import Sequence

_PORTS = {"https": 443, "http": 80}
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_SEGMENT = re.compile(r"[A-Za-z0-9._$-]{1,256}\Z")
_HOST = re.compile(r"[a-z0-9._-]{1,253}\Z|[0-9a-f:.]{2,45}\Z")
_LONGEST = 65536
_QUERY_SAFE = "!$&'()*+,;=:@/?%-._~|"


@dataclass(frozen=True, slots=True)
class Origin:
    """A base address, taken apart. `base_path` is empty or begins with a slash and does not end with one."""

    scheme: str
    host: str
    port: int
    base_path: str

    @classmethod
    def of(cls, url: str, *, plain_http: bool = False) -> Origin:
        """Take a configured address apart; plain http only on request, and then only to this machine.

        Raises:
            JournalError: OFF_ORIGIN when the address may not be used.
        """
        try:
            parts = urlsplit(url)
        except ValueError:
            raise _refused("an address that is none") from None
        host = (parts.hostname or "").lower()
        scheme = parts.scheme.lower()
        if not _HOST.match(host) or "@" in parts.netloc or parts.query or parts.fragment:
            raise _refused("not a plain address")
        if scheme != "https" and not (scheme == "http" and plain_http and host in _LOOPBACK):
            raise _refused("not https")
        path = parts.path.rstrip("/")
        _check_path(path)
        return cls(scheme, host, _port(parts.netloc, scheme), path)

    @property
    def address(self) -> str:
        """Return scheme, host and port as the start of a URL."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return (
            f"{self.scheme}://{host}"
            if self.port == _PORTS[self.scheme]
            else f"{self.scheme}://{host}:{self.port}"
        )

    @property
    def base(self) -> str:
        """Return the base address without a slash at its end."""
        return self.address + self.base_path

    def url(self, path: str, query: Sequence[tuple[str, str]] = ()) -> str:
        """Return the full URL of a path below the base; every segment must be an opaque token."""
        segments = path.split("/") if path else []
        if not all(_SEGMENT.match(one) and one not in {".", ".."} for one in segments):
            raise _refused("a path that is none")
        full = "/".join([self.base, *segments])
        return f"{full}?{urlencode(query, quote_via=quote, safe=':,|/$')}" if query else full

    def rebuild(self, link: str) -> str:
        """Return a link of the server as a URL on this base: only its path and query are taken.

        A doubled port, or the default port of the other scheme, is what proxies in front of a journal write;
        the request goes to our own port in any case.

        Raises:
            JournalError: OFF_ORIGIN when the link names another host, or leaves the base path.
        """
        try:
            parts = urlsplit(link)
        except ValueError:
            raise _refused("a link that is none") from None
        if parts.scheme not in {"", "http", "https"} or (parts.netloc and not self._is_ours(parts.netloc)):
            raise _refused("a link to another host")
        if any(ord(one) <= 0x20 or one in "\\\x7f" for one in link):
            raise _refused("a link with control characters")
        path = (
            parts.path
            if parts.netloc or parts.path.startswith("/")
            else f"{self.base_path}/{parts.path}".rstrip("/")
        )
        self._check_below(path)
        query = f"?{quote(parts.query, safe=_QUERY_SAFE)}" if parts.query else ""
        return f"{self.address}{quote(path, safe='/%$:@!,;=+-._~|')}{query}"

    def holds(self, url: str) -> bool:
        """Tell whether the URL can be sent to, and lies on this very origin and below its base path."""
        if len(url) > _LONGEST or not url.isprintable():
            return False
        try:
            parts = urlsplit(url)
            same = (parts.scheme, parts.hostname, parts.port or _PORTS.get(parts.scheme)) == (
                self.scheme,
                self.host,
                self.port,
            )
            self._check_below(parts.path)
        except (ValueError, JournalError):
            return False
        return same and "@" not in parts.netloc

    def _is_ours(self, netloc: str) -> bool:
        """Compare the host, and each of the ports a proxy may have written behind it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        if not netloc.lower().startswith(host):
            return False
        ports = netloc[len(host) :]
        known = {f"{self.port}", "80", "443"}
        return not ports or (ports.startswith(":") and all(one in known for one in ports[1:].split(":")))

    def _check_below(self, path: str) -> None:
        """Refuse a path that is not the base path or below it."""
        _check_path(path)
        if path != self.base_path and not path.startswith(f"{self.base_path}/"):
            raise _refused("a path outside the base")


def _port(netloc: str, scheme: str) -> int:
    """Return the port that the address names, or the default of its scheme."""
    try:
        return urlsplit(f"//{netloc}").port or _PORTS[scheme]
    except ValueError:
        raise _refused("a port that is none") from None


def _check_path(path: str) -> None:
    """Refuse dot segments, backslashes and control characters, also percent-encoded ones."""
    plain = unquote(unquote(path))
    if (
        any(one in {".", ".."} for one in plain.split("/"))
        or "\\" in plain
        or any(ord(one) < 0x20 for one in plain)
    ):
        raise _refused("a path with steps in it")


def _refused(detail: str) -> JournalError:
    """Make the refusal; the address itself is not repeated."""
    return JournalError(ErrorKind.OFF_ORIGIN, detail=detail)
