"""How a sign-in's grant is kept in the encrypted store, so that the outbox can deliver by itself after an offline start."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003  msgspec reads the annotation at run time

import msgspec

from client.auth.tokens import Grant, SignedInUser


class _Record(msgspec.Struct):
    """The grant as it lies in the store."""

    access_token: str
    refresh_token: str
    expires_at: datetime
    scopes: list[str]
    subject: str
    name: str
    fhir_user: str
    role: str
    courses: list[str]
    issuer: str


def grant_bytes(grant: Grant) -> bytes:
    """Return a grant as bytes for the encrypted store."""
    user = grant.user
    record = _Record(
        access_token=grant.access_token,
        refresh_token=grant.refresh_token,
        expires_at=grant.expires_at,
        scopes=sorted(grant.scopes),
        subject=user.subject,
        name=user.name,
        fhir_user=user.fhir_user,
        role=user.role,
        courses=list(user.courses),
        issuer=user.issuer,
    )
    return msgspec.json.encode(record)


def grant_from(kept: bytes) -> Grant:
    """Return the grant that was kept."""
    r = msgspec.json.decode(kept, type=_Record)
    user = SignedInUser(
        subject=r.subject, name=r.name, fhir_user=r.fhir_user, role=r.role, courses=tuple(r.courses), issuer=r.issuer
    )
    return Grant(
        access_token=r.access_token,
        refresh_token=r.refresh_token,
        expires_at=r.expires_at,
        scopes=frozenset(r.scopes),
        user=user,
    )
