"""Access and refresh tokens: opaque, kept as digests; a refresh token is used once, a replay revokes its family."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sandbox.fhir import instants

if TYPE_CHECKING:
    import sqlite3

    from ports.clock import Clock
    from ports.ids import Ids

REFRESH_DAYS = 30


@dataclass(frozen=True, slots=True)
class Family:
    """One sign-in: everything that grew out of it is revoked together."""

    id: str
    person: str
    client: str
    scope: str
    nonce: str


@dataclass(frozen=True, slots=True)
class Pair:
    """A fresh access token, and a refresh token where offline access was granted."""

    access: str
    refresh: str


class Tokens:
    """The tokens of the journal, in its database, so that they live across a restart."""

    def __init__(self, tables: sqlite3.Connection, clock: Clock, ids: Ids, lifetime: int) -> None:
        self._tables = tables
        self._clock = clock
        self._ids = ids
        self.lifetime = lifetime

    def begin(self, person: str, client: str, scope: str, nonce: str) -> tuple[Family, Pair]:
        """Start a family and give its first tokens."""
        family = Family(self._ids.uuid(), person, client, scope, nonce)
        with self._tables:
            self._tables.execute("BEGIN IMMEDIATE")
            self._tables.execute(
                "INSERT INTO family (id, person, client, scope, nonce) VALUES (?, ?, ?, ?, ?)",
                (family.id, person, client, scope, nonce),
            )
            return family, self._issue(family)

    def refresh(self, token: str, client: str) -> tuple[Family, Pair] | None:
        """Trade a refresh token for new ones; None when it is not good. A replayed one revokes its family."""
        with self._tables:
            self._tables.execute("BEGIN IMMEDIATE")
            row = self._find(token, "refresh")
            if row is None or row[0].client != client:
                return None
            family, expires, used = row
            if used:
                self._tables.execute("UPDATE family SET revoked = 1 WHERE id = ?", (family.id,))
                return None
            if expires <= instants.sortable(self._clock.now()):
                return None
            self._tables.execute("UPDATE token SET used = 1 WHERE digest = ?", (_digest(token),))
            return family, self._issue(family)

    def check(self, token: str) -> Family | None:
        """Return the sign-in that an access token stands for, while it is good."""
        row = self._find(token, "access")
        if row is None or row[1] <= instants.sortable(self._clock.now()):
            return None
        return row[0]

    def revoke(self, token: str) -> None:
        """Revoke the family of a token of either kind."""
        self._tables.execute(
            "UPDATE family SET revoked = 1 WHERE id = (SELECT family FROM token WHERE digest = ?)",
            (_digest(token),),
        )

    def revoke_family(self, family: Family) -> None:
        """Revoke everything that grew out of one sign-in."""
        self._tables.execute("UPDATE family SET revoked = 1 WHERE id = ?", (family.id,))

    def _find(self, token: str, kind: str) -> tuple[Family, str, bool] | None:
        row = self._tables.execute(
            "SELECT f.id, f.person, f.client, f.scope, f.nonce, t.expires, t.used FROM token t JOIN family f"
            " ON f.id = t.family WHERE t.digest = ? AND t.kind = ? AND f.revoked = 0",
            (_digest(token), kind),
        ).fetchone()
        return (Family(*row[:5]), str(row[5]), bool(row[6])) if row else None

    def _issue(self, family: Family) -> Pair:
        now = self._clock.now()
        self._tables.execute(
            "DELETE FROM token WHERE kind = 'access' AND expires <= ?", (instants.sortable(now),)
        )
        access = self._keep(family, "access", now + timedelta(seconds=self.lifetime))
        if "offline_access" not in family.scope.split():
            return Pair(access, "")
        return Pair(access, self._keep(family, "refresh", now + timedelta(days=REFRESH_DAYS)))

    def _keep(self, family: Family, kind: str, expires: datetime) -> str:
        token = self._ids.secret(32).hex()
        self._tables.execute(
            "INSERT INTO token (digest, family, kind, expires) VALUES (?, ?, ?, ?)",
            (_digest(token), family.id, kind, instants.sortable(expires)),
        )
        return token


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
