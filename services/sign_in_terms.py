"""How one signs in to a journal: which client this is to the issuer, what it asks for, and which ways are open."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from client.auth.assurance import Assurance
from services.status_views import Way

if TYPE_CHECKING:
    from client.auth.client_authentication import ClientAuthentication

SCOPES = (
    "openid",
    "fhirUser",
    "offline_access",
    "user/*.cruds",
)
"""What is asked for at sign-in (SMART App Launch 2.2, scopes v2); what is granted decides."""


@dataclass(frozen=True, slots=True)
class SignInTerms:
    """The terms of one journal.

    Attributes:
        client: The client as the issuer knows it; None is a public one under the journal's `client_id`.
        scopes: What is asked for.
        is_bound: Whether tokens must be bound to a key of this client (DPoP); then no others are taken.
        prompt: `consent` where the issuer gives `offline_access` only with it.
        redirect_host: How this machine is named in the address that a browser is sent back to.
        ways: The ways that the organisation allows, the first one first.
        courses: What a clinician must have passed before anything is opened; in the words of the issuer's claim `kurs`.
        assurance: The level that a sign-in must be made at, and how long ago at most.
    """

    client: ClientAuthentication | None = None
    scopes: tuple[str, ...] = SCOPES
    is_bound: bool = False
    prompt: str = ""
    redirect_host: str = "127.0.0.1"
    ways: tuple[Way, ...] = (Way.BROWSER, Way.DEVICE)
    courses: tuple[str, ...] = ()
    assurance: Assurance = field(default_factory=Assurance)
