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
    *(f"user/{type_}.rs" for type_ in ("Patient", "Appointment", "Practitioner", "CareTeam")),
    *(f"user/{type_}.rs" for type_ in ("AllergyIntolerance", "Condition", "Flag")),
    *(f"user/{type_}.rs" for type_ in ("MedicationRequest", "ServiceRequest")),
    *(f"user/{type_}.rus" for type_ in ("Task", "CarePlan", "Goal")),
    *(f"user/{type_}.crs" for type_ in ("Observation", "DocumentReference")),
    "user/AuditEvent.cs",
)
"""What is asked for at sign-in where the journal's file says nothing else: what the screens read and write, type by type and act
by act (SMART App Launch 2.2, scopes v2). What is granted decides."""


def scopes_for(patient_list: str) -> tuple[str, ...]:
    """Return what is asked for by itself of a journal whose round is a Group or a List of patients, or (empty) its visits."""
    type_ = patient_list.partition("/")[0]
    return (*SCOPES, f"user/{type_}.r") if type_ else SCOPES


@dataclass(frozen=True, slots=True)
class SignInTerms:
    """The terms of one journal.

    Attributes:
        client: The client as the issuer knows it; None is a public one under the journal's `client_id`.
        scopes: What is asked for; empty asks for what the screens need (`scopes_for`).
        is_bound: Whether tokens must be bound to a key of this client (DPoP); then no others are taken.
        prompt: `consent` where the issuer gives `offline_access` only with it.
        redirect_host: How this machine is named in the address that a browser is sent back to.
        ways: The ways that the organisation allows, the first one first.
        courses: What a clinician must have passed before anything is opened; in the words of the issuer's claim `kurs`.
        assurance: The level that a sign-in must be made at, and how long ago at most.
    """

    client: ClientAuthentication | None = None
    scopes: tuple[str, ...] = ()
    is_bound: bool = False
    prompt: str = ""
    redirect_host: str = "127.0.0.1"
    ways: tuple[Way, ...] = (Way.BROWSER, Way.DEVICE)
    courses: tuple[str, ...] = ()
    assurance: Assurance = field(default_factory=Assurance)
