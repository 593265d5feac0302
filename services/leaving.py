"""Leaving a session: a sign-in that nothing on this machine keeps is given back to its issuer, and one that is kept is not.

Without a cache the tokens die with the process, but with the issuer they would be good for weeks. With one, the next start, which
may be without network, goes on with them: neither a lock nor the end of the program ends such a sign-in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.views import CacheKind

if TYPE_CHECKING:
    from services.session import Session


async def leave(session: Session) -> bool:
    """Give the sign-in back if it is not kept; False when the issuer was to be told and did not hear it."""
    return session.cache is not CacheKind.NONE or await give_back(session)


async def give_back(session: Session) -> bool:
    """Give the sign-in back; as `leave`."""
    return await (session.proven or session.tokens).give_back()
