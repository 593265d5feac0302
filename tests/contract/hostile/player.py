"""The real client before one hostile answer; what came of it in one word. Runs in the test, and in a child that is measured."""

from __future__ import annotations

from typing import TYPE_CHECKING

from client.auth.discovery import discover
from client.auth.errors import SignInError
from client.auth.token_answer import read_token_answer
from client.auth.transport import AuthTransport
from client.errors import JournalError
from client.journal import JournalClient
from client.transport import JournalTransport
from ports.clock import SystemClock
from ports.ids import SystemIds
from tests.contract.hostile.case import SECRET, TOKEN

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

MOST_WORDS = 20_000
"""Letters that an error may hand to a screen as the journal's own words."""

_NEW = b'{"resourceType":"Observation","status":"final"}'
_PATIENT = b'{"resourceType":"Patient","id":"p1"}'
_QUERY = [("patient", "p1")]
_TWO = b'{"resourceType":"Bundle","type":"transaction","entry":[{},{}]}'


class _Token:
    async def token(self) -> str | None:
        return TOKEN

    async def refused(self, token: str) -> str | None:
        return token and None


async def _search(client: JournalClient, *, in_body: bool = False) -> str:
    pages = client.search("Observation", _QUERY, in_body=in_body)
    return " ".join([one.id async for page in pages for one in page.resources])


async def _deleted(client: JournalClient, *, by_history: bool) -> str:
    pages = client.deletions("Observation", "2026-11-23T08:00:00Z", by_history=by_history)
    return " ".join([one.id async for page in pages for one in page.gone])


async def _read(client: JournalClient) -> str:
    return (await client.read("Patient", "p1")).id


async def _history(client: JournalClient) -> str:
    return " ".join(one.id for one in await client.history("Patient", "p1"))


async def _count(client: JournalClient) -> str:
    return str(await client.count("Observation", _QUERY))


async def _capabilities(client: JournalClient) -> str:
    return str(len((await client.capabilities()).types))


async def _create(client: JournalClient) -> str:
    return (await client.create("Observation", _NEW)).id


async def _update(client: JournalClient) -> str:
    return (await client.update("Patient", "p1", _PATIENT, if_match="3")).id


async def _transaction(client: JournalClient) -> str:
    return " ".join(f"{one.status}:{one.id}" for one in await client.transaction(_TWO))


ACTS: dict[str, Callable[[JournalClient], Awaitable[str]]] = {
    "read": _read,
    "search": _search,
    "search in body": lambda client: _search(client, in_body=True),
    "history": _history,
    "deletions": lambda client: _deleted(client, by_history=True),
    "tombstones": lambda client: _deleted(client, by_history=False),
    "count": _count,
    "capabilities": _capabilities,
    "create": _create,
    "update": _update,
    "transaction": _transaction,
}


async def _discover(http: AuthTransport, base: str) -> str:
    return (await discover(http, base)).userinfo


async def _token(http: AuthTransport, base: str) -> str:
    url = http.allow(f"{base}/auth/token")
    return read_token_answer(await http.post_form(url, [("code", "the-code")]), url).access_token


SIGN_IN_ACTS: dict[str, Callable[[AuthTransport, str], Awaitable[str]]] = {
    "discover": _discover,
    "token": _token,
}


async def play(act: str, base: str) -> str:
    """Do one act against a journal and say how it ended; any other error than the client's own gets through.

    Raises:
        AssertionError: An error told what it must not: content, a token, or more words than a screen can show.
    """
    try:
        return f"gives {await _done(act, base)}"
    except SignInError as error:
        _told_nothing(error, error.detail)
        return f"sign-in {error.reason.value}"
    except JournalError as error:
        _told_nothing(error, error.detail, error.outcome_text)
        return f"{error.kind.value}{' open' if error.may_be_applied else ''}"


async def _done(act: str, base: str) -> str:
    clock, ids = SystemClock(), SystemIds()
    if act in SIGN_IN_ACTS:
        http = AuthTransport(clock=clock, ids=ids, plain_http=True)
        try:
            return await SIGN_IN_ACTS[act](http, base)
        finally:
            await http.aclose()
    transport = JournalTransport(base, clock=clock, ids=ids, token=_Token(), plain_http=True)
    try:
        return await ACTS[act](JournalClient(transport))
    finally:
        await transport.aclose()


def _told_nothing(error: Exception, detail: str, words: str = "") -> None:
    """Look at what an error would print: never what was served, an address or a token; and at how much it hands to a screen."""
    assert len(words) <= MOST_WORDS
    said = f"{error!s} {error!r} {detail}"
    assert not [word for word in (SECRET, TOKEN, "evil", "http", "\x1b") if word in said], said
