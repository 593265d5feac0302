"""Who has signed in, as this journal knows them, and whether they may work in it yet.

An issuer names a person in its own way: by a whole address (SMART), without a name (Epic), or by the number in the register of
health personnel (HelseID). What is signed must carry the journal's own Practitioner and a name that a person can read.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from client.auth.errors import SignInError, SignInReason
from client.auth.holder_key import HolderKey
from client.journal import JournalClient
from client.origin import Origin
from services.journal_tree import Tree, children, read_tree, word
from services.names import UNKNOWN_NAME, name_of
from services.trouble import Trouble, TroubleCode
from services.wires import to_journal

if TYPE_CHECKING:
    from collections.abc import Iterable

    from client.auth.grant import Grant, SignedInUser
    from services.setup import Setup

HPR_SYSTEM = "urn:oid:2.16.578.1.12.4.1.4.4"
"""The Norwegian register of health personnel, as an identifier of a Practitioner."""

_PRACTITIONER = "Practitioner/"


async def known_here(setup: Setup, grant: Grant) -> Grant:
    """Return the grant with the clinician as the journal knows them.

    Raises:
        Trouble: COURSE_MISSING, with the courses that the organisation demands and the issuer does not attest.
        SignInError: IDENTITY when the journal knows no such practitioner.
        JournalError: the journal could not be asked.
    """
    require_courses(setup, grant.user.courses)
    base = Origin.of(setup.journal.base_url, plain_http=setup.journal.embedded_key is not None).base
    user = replace(grant.user, fhir_user=grant.user.fhir_user.removeprefix(f"{base}/"))
    if not user.fhir_user.startswith(_PRACTITIONER) or not user.name:
        user = await _asked(setup, grant, user)
    return replace(grant, user=user)


def require_courses(setup: Setup, passed: Iterable[str]) -> None:
    """Let in nobody who lacks a course that the organisation demands.

    Raises:
        Trouble: COURSE_MISSING, with the courses that are missing, and as far as it is known where to practise and whom to ask.
    """
    has = frozenset(passed)
    missing = [one for one in setup.journal.terms.courses if one not in has]
    if missing:
        next_ = {"training": setup.training, "organisation": setup.organisation}
        told = {name: value for name, value in next_.items() if value}
        raise Trouble(TroubleCode.COURSE_MISSING, courses=", ".join(missing), **told)


async def _asked(setup: Setup, grant: Grant, user: SignedInUser) -> SignedInUser:
    """Ask the journal for the practitioner, by reference or by the register's number, and for the name."""
    holder = HolderKey.from_text(grant.holder_key) if grant.holder_key else None
    transport = to_journal(setup, _Fixed(grant.access_token), holder)
    client = JournalClient(transport)
    try:
        id_ = user.fhir_user.removeprefix(_PRACTITIONER)
        if id_ == user.fhir_user:
            id_ = await _by_number(client, user.hpr_number)
        if not id_:
            raise SignInError(SignInReason.IDENTITY, detail="no practitioner of this journal")
        name = user.name
        if not name:
            tree = read_tree((await client.read("Practitioner", id_)).body) or {}
            name = _read_name(tree)
        if not name:
            raise SignInError(SignInReason.IDENTITY, detail="a practitioner without a name")
        return replace(user, fhir_user=f"{_PRACTITIONER}{id_}", name=name)
    finally:
        await transport.aclose()


async def _by_number(client: JournalClient, number: str) -> str:
    """Return the id of the one practitioner who has this number; nothing when there is none, or more than one."""
    if not number:
        return ""
    found: set[str] = set()
    asked = [("identifier", f"{HPR_SYSTEM}|{number}")]
    async for page in client.search("Practitioner", asked, in_body=True):
        for one in page.resources:
            tree = read_tree(one.body) or {}
            if any(
                (word(i, "system"), word(i, "value")) == (HPR_SYSTEM, number)
                for i in children(tree, "identifier")
            ):
                found.add(one.id)
    return found.pop() if len(found) == 1 else ""


def _read_name(tree: Tree) -> str:
    family, given = name_of(tree)
    return "" if family == UNKNOWN_NAME and not given else f"{given} {family}".strip()


class _Fixed:
    """The token of a sign-in that is not finished yet."""

    def __init__(self, token: str) -> None:
        self._token = token

    async def token(self) -> str | None:
        """Return it."""
        return self._token

    async def refused(self, _token: str) -> str | None:
        """Have no other."""
        return None
