"""Giving a sign-in back to its issuer (RFC 7009), so that its tokens open nothing any more, wherever they may lie."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from client.auth.errors import SignInError
from client.errors import JournalError

if TYPE_CHECKING:
    from client.auth.grant import Grant
    from client.auth.party import Party

PATIENCE = 3.0
"""Seconds that an issuer has to answer: nobody who leaves waits longer for one that is down."""

_OK = 200


async def give_back(party: Party, grant: Grant) -> bool:
    """Have the tokens of a sign-in revoked, as far as the issuer takes that within `PATIENCE`.

    The refresh token goes, and with it whatever grew out of it (§2.1); where there is none, the access token.

    Returns:
        False when the issuer has a place for it and did not say that it is done. One without such a place, or a grant without
        tokens, leaves nothing to do.
    """
    url, hint = grant.revocation_endpoint, "refresh_token" if grant.refresh_token else "access_token"
    token = grant.refresh_token or grant.access_token
    if not url or not token:
        return True
    form = [("token", token), ("token_type_hint", hint)]
    try:
        party.http.allow(url.partition("?")[0])
        async with asyncio.timeout(PATIENCE):
            answer = await party.post(url, form, issuer=grant.issuer, token_endpoint=grant.token_endpoint)
    except (JournalError, SignInError, TimeoutError):
        return False
    return answer.status == _OK
