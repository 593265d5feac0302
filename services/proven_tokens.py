"""No token leaves for the embedded journal before that journal has proved that it is the one we handed a key to.

Its address is a loopback port that its state remembers. When it does not run, any program of the machine may listen there; the
transport pins the origin, and cannot know who answers on it.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from client.errors import ErrorKind, JournalError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from client.auth.tokens import Tokens


class ProvenTokens:
    """A token source that asks for the proof first, and again after every doubt."""

    def __init__(self, tokens: Tokens, prove: Callable[[], Awaitable[bool]]) -> None:
        self._tokens = tokens
        self._prove = prove
        self._is_proven = False
        self._asking = asyncio.Lock()

    def doubt(self) -> None:
        """Ask again before the next token: the line was lost, or time has passed."""
        self._is_proven = False

    async def token(self) -> str | None:
        """Return the token; UNREACHABLE when what answers on the address is not the journal."""
        await self._be_certain()
        return await self._tokens.token()

    async def refused(self, token: str) -> str | None:
        """Refresh after a refusal, but only with the journal itself: a stranger would be handed the refresh token."""
        self.doubt()
        await self._be_certain()
        return await self._tokens.refused(token)

    async def give_back(self) -> bool:
        """Give the sign-in back, to the journal itself and to nobody else; False when it did not say that it is done."""
        self.doubt()
        try:
            await self._be_certain()
        except JournalError:
            return False
        return await self._tokens.give_back()

    async def _be_certain(self) -> None:
        async with self._asking:
            if not self._is_proven and not await self._prove():
                raise JournalError(
                    ErrorKind.UNREACHABLE, detail="another program answers on the journal's address"
                )
            self._is_proven = True
