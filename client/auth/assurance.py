"""What a sign-in must be worth: the level that it was made at, and how long ago the person proved who they are.

An issuer may let somebody in by less than was asked for (`acr` is a voluntary claim, OpenID Connect Core §3.1.2.1), so what is
asked for is looked for in the id_token too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from client.auth.errors import SignInError, SignInReason

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

ACR = "acr"
_LEEWAY = 60.0
"""Seconds between the clocks of an issuer's own machines."""


@dataclass(frozen=True, slots=True)
class Assurance:
    """What a journal demands of a sign-in; by itself nothing.

    Attributes:
        levels: The levels that will do, the best liked first, in the issuer's own words.
        claim: Where the id_token says the level. In another claim than `acr` it is looked for and not asked for: there
            `acr_values` means something else (HelseID: which identity providers to offer) and the level is given by a scope.
        max_age: Seconds that may have passed since the person proved who they are; None for any number.
    """

    levels: tuple[str, ...] = ()
    claim: str = ACR
    max_age: int | None = None

    def asked(self) -> list[tuple[str, str]]:
        """Return what goes into the request for a sign-in (OpenID Connect Core §3.1.2.1)."""
        asked = [("acr_values", " ".join(self.levels))] if self.levels and self.claim == ACR else []
        return [*asked, *([("max_age", str(self.max_age))] if self.max_age is not None else [])]

    def reached(self, claims: Mapping[str, Any], now: datetime) -> str:
        """Return the level of a sign-in that is worth enough; empty where none is demanded. `now` is the issuer's time.

        Raises:
            SignInError: LEVEL, with the levels that will do, or AGE, with the greatest age in minutes.
        """
        told = _words(claims.get(self.claim))
        level = next((one for one in self.levels if one in told), "")
        if not self.is_level(level):
            raise SignInError(SignInReason.LEVEL, detail=", ".join(self.levels))
        if self.max_age is not None and not _is_younger(claims.get("auth_time"), self.max_age, now):
            raise SignInError(SignInReason.AGE, detail=str(max(1, self.max_age // 60)))
        return level

    def is_level(self, level: str) -> bool:
        """Tell whether a level will do that a sign-in was found to have."""
        return not self.levels or level in self.levels


def _words(claim: object) -> frozenset[str]:
    """Return what a claim says: `acr` is a text, HelseID's level may be a number, `amr` is a list of texts."""
    listed = claim if isinstance(claim, list) else [claim]
    return frozenset(str(one) for one in listed if isinstance(one, str | int) and not isinstance(one, bool))


def _is_younger(auth_time: object, max_age: int, now: datetime) -> bool:
    """Tell whether a sign-in is young enough; one that does not say its age, though asked, is not."""
    if not isinstance(auth_time, int | float) or isinstance(auth_time, bool):
        return False
    return -_LEEWAY <= now.timestamp() - auth_time <= max_age + _LEEWAY
