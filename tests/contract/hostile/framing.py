"""HTTP itself bent: lengths that are none, answers without end, headers without end, other protocols."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.contract.hostile.bodies import PATIENT
from tests.contract.hostile.case import Case, raw
from tests.contract.scripted_server import Flood, Reply, Reset, reply

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.contract.hostile.case import Moment

_OK = b"HTTP/1.1 200 X\r\nContent-Type: application/fhir+json\r\nConnection: close\r\n"
_CHUNKED = _OK + b"Transfer-Encoding: chunked\r\n\r\n"
_SIZE = f"{len(PATIENT):x}\r\n".encode()
_LENGTH = f"Content-Length: {len(PATIENT)}\r\n".encode()

_NO_ANSWER = {
    "a banner of SSH": b"SSH-2.0-OpenSSH_9\r\n\r\n",
    "a banner of SMTP": b"220 mail.example ESMTP\r\n",
    "a greeting of TLS": b"\x15\x03\x01\x00\x02\x02\x28",
    "a frame of HTTP/2": b"\x00\x00\x12\x04\x00\x00\x00\x00\x00" + bytes(18),
    "nothing before the end": b"",
    "half a status line": b"HTTP/1.1 20",
    "a status of letters": b"HTTP/1.1 OK X\r\n\r\n",
    "a status past 999": b"HTTP/1.1 2000 X\r\nContent-Length: 0\r\n\r\n",
    "HTTP/0.9": PATIENT,
    "ICY 200": b"ICY 200 OK\r\n" + _LENGTH + b"\r\n" + PATIENT,
    "a NUL in a header": _OK + b"X-Y: a\x00b\r\n" + _LENGTH + b"\r\n" + PATIENT,
    "a blank before the colon": _OK + b"Content-Length : 5\r\n\r\n" + PATIENT,
    "a header without a colon": _OK + b"content\r\n\r\n" + PATIENT,
    "two lengths": _OK + _LENGTH + b"Content-Length: 5\r\n\r\n" + PATIENT,
    "a length below nothing": _OK + b"Content-Length: -1\r\n\r\n" + PATIENT,
    "a length in hex": _OK + b"Content-Length: 0x10\r\n\r\n" + PATIENT,
    "a length of 400 digits": _OK + b"Content-Length: " + b"9" * 400 + b"\r\n\r\n" + PATIENT,
    "a transfer that nobody knows": _OK + b"Transfer-Encoding: gzip, chunked\r\n\r\n" + PATIENT,
    "a header of 200 KB": _OK + b"X-Long: " + b"a" * 200_000 + b"\r\n\r\n",
    "another protocol in mid-air": b"HTTP/1.1 101 X\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"
    + PATIENT,
}
_CUT = {
    "a body shorter than its length": _OK + b"Content-Length: 5000\r\n\r\n" + PATIENT,
    "a chunk without an end": _CHUNKED + _SIZE + PATIENT,
    "chunks without the last one": _CHUNKED + _SIZE + PATIENT + b"\r\n",
    "a chunk's size of letters": _CHUNKED + b"zz\r\n" + PATIENT,
    "a chunk's size below nothing": _CHUNKED + b"-5\r\n" + PATIENT,
    "a chunk's size past every memory": _CHUNKED + b"f" * 18 + b"\r\n" + PATIENT,
    "a chunk longer than it says": _CHUNKED + b"5\r\n" + PATIENT + b"\r\n0\r\n\r\n",
}
_HELD = {
    "HTTP/2.0 in words": b"HTTP/2.0 200 X\r\n" + _LENGTH + b"\r\n" + PATIENT,
    "a body that ends with the connection": _OK + b"\r\n" + PATIENT,
    "chunks with names behind their sizes": _CHUNKED
    + _SIZE[:-2]
    + b';x="evil"\r\n'
    + PATIENT
    + b"\r\n0\r\nX: y\r\n\r\n",
    "more bytes than the length says": _OK + _LENGTH + b"\r\n" + PATIENT + b"HTTP/1.1 200 X\r\n\r\n{}",
    "word of more to come, 50 times": b"HTTP/1.1 103 X\r\nLink: </x>\r\n\r\n" * 50
    + _OK
    + _LENGTH
    + b"\r\n"
    + PATIENT,
    "1,000 headers": _OK + b"X-Many: a\r\n" * 1000 + _LENGTH + b"\r\n" + PATIENT,
    "letters past ASCII in a header": _OK + b"X-Y: \xe6\xf8\xff\r\n" + _LENGTH + b"\r\n" + PATIENT,
    "a folded header": _OK + b"X-Y: a\r\n b\r\n" + _LENGTH + b"\r\n" + PATIENT,
}
_GIVEN_UP: dict[str, Reply] = {
    "a body without end": Flood(_OK + b"\r\n", b" " * 65536),
    "chunks without end": Flood(_CHUNKED, b"10000\r\n" + b" " * 65536 + b"\r\n"),
    "a string without end": Flood(_OK + b'\r\n{"resourceType":"Patient","id":"', b"x" * 65536),
    "a length beyond the cap": reply(200, b"{", length=10**12),
    "a length of one byte beyond the cap": reply(200, b"{", length=32 * 1024 * 1024 + 1),
}


def _given(what: Reply) -> Callable[[Moment], Reply]:
    return lambda _moment: what


CASES = [
    *(Case(name, "read", raw(what), "unreachable") for name, what in _NO_ANSWER.items()),
    *(
        Case(f"{name}, to a write", "create", raw(what), "answer-lost open")
        for name, what in list(_NO_ANSWER.items())[:3]
    ),
    *(Case(name, "read", raw(what), "broken") for name, what in _CUT.items()),
    *(
        Case(f"{name}, to a write", "create", raw(what), "broken open")
        for name, what in list(_CUT.items())[:2]
    ),
    *(Case(name, "read", raw(what), "gives p1") for name, what in _HELD.items()),
    *(Case(name, "read", _given(what), "too-large") for name, what in _GIVEN_UP.items()),
    Case("headers without end", "read", lambda _m: Flood(_OK, b"X-Many: aaaa\r\n" * 4000), "unreachable"),
    Case("a connection reset after the request", "read", lambda _m: Reset(), "unreachable"),
    Case("a connection reset after a write", "create", lambda _m: Reset(), "answer-lost open"),
]
