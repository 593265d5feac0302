"""The browser's part of signing in to the embedded journal: fetch the sign-in page, choose a person, follow the redirect back.

It sends what a browser would send for a person, and nothing else. `client/auth` makes the request and takes the answer; it
does not know that no browser stood between.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urljoin

import msgspec

from services.trouble import Trouble, TroubleCode
from services.views import Person

if TYPE_CHECKING:
    from client.answer import Answer
    from client.auth.transport import AuthTransport


@dataclass(frozen=True, slots=True)
class SignInPage:
    """The people the page offers, and how to answer it."""

    people: tuple[Person, ...]
    request: str
    choose_url: str


class _Person(msgspec.Struct):
    id: str
    name: str
    role: str


class _Page(msgspec.Struct):
    people: list[_Person]
    request: str
    choose: str


async def open_page(http: AuthTransport, authorize_url: str) -> SignInPage:
    """Fetch the sign-in page behind an authorization request, as data.

    Raises:
        Trouble: SIGN_IN_FAILED when what came is not such a page.
    """
    answer = await http.get(authorize_url)
    try:
        page = msgspec.json.decode(answer.body, type=_Page)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise Trouble(TroubleCode.SIGN_IN_FAILED) from error
    people = tuple(Person(p.id, p.name, p.role) for p in page.people)
    return SignInPage(people, page.request, urljoin(authorize_url, page.choose))


async def choose(http: AuthTransport, page: SignInPage, person_id: str) -> str:
    """Answer the page as a person; return the address that the browser would be sent back to.

    Raises:
        Trouble: SIGN_IN_FAILED when the journal does not send the browser back.
    """
    return _location(
        await http.post_form(page.choose_url, [("request", page.request), ("person", person_id)])
    )


def _location(answer: Answer) -> str:
    location = answer.headers.get("location", "")
    if answer.status not in (302, 303) or not location:
        raise Trouble(TroubleCode.SIGN_IN_FAILED)
    return location
