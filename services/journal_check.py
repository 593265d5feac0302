"""What a configured journal and its sign-in can and cannot do, asked of themselves. Nothing of a patient is read."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from client.auth.assurance import ACR
from client.auth.backend import backend_grant
from client.auth.client_authentication import KeyClient, SecretClient
from client.auth.discovery import discover
from client.auth.errors import SignInError
from client.auth.holder_key import SIGNATURE
from client.auth.party import Party
from client.errors import ErrorKind, JournalError
from client.journal import JournalClient
from services.granted import not_granted
from services.views import Way
from services.wires import to_journal, to_sign_in

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import timedelta

    from client.auth.assurance import Assurance
    from client.auth.discovery import Endpoints
    from client.auth.transport import AuthTransport
    from client.capability import Capabilities
    from services.configured_journal import Backend
    from services.setup import Setup


class Level(StrEnum):
    """How a finding stands to safe work."""

    OK = "ok"
    WARN = "warn"  # works with a limit
    FAIL = "fail"  # does not work


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. `code` picks the words, `details` fill them in."""

    code: str
    level: Level
    details: dict[str, str] = field(default_factory=dict)


_UNREACHABLE = {ErrorKind.UNREACHABLE, ErrorKind.ANSWER_LOST}


async def check_journal(setup: Setup, backend: Backend | None = None) -> list[Finding]:
    """Ask the journal and its issuer what they can do. `backend` signs in without a person, where the file has one."""
    http = to_sign_in(setup)
    found: list[Finding] = []
    try:
        endpoints = await discover(http, setup.journal.base_url, setup.journal.issuer)
    except SignInError as error:
        return [Finding("no-sign-in", Level.FAIL, {"reason": error.detail}), *_kept(setup)]
    except JournalError as error:
        code = "unreachable" if error.kind in _UNREACHABLE else "not-a-journal"
        return [Finding(code, Level.FAIL), *_kept(setup)]
    else:
        found += _sign_in(setup, endpoints)
        found.append(_clock(http.ahead(endpoints.issuer)))
        found += await _journal(setup)
        if backend is not None:
            found.append(await _without_a_person(setup, http, backend))
        return [*found, *_kept(setup)]
    finally:
        await http.aclose()


def _sign_in(setup: Setup, endpoints: Endpoints) -> Iterator[Finding]:
    """Compare what the file wants with what the issuer offers."""
    terms = setup.journal.terms
    yield Finding("issuer", Level.OK, {"issuer": endpoints.issuer})
    if Way.BROWSER in terms.ways:
        yield Finding("browser", Level.OK)
    if Way.DEVICE in terms.ways:
        is_only = terms.ways == (Way.DEVICE,)
        missing = Finding("no-device", Level.FAIL if is_only else Level.WARN)
        yield Finding("device", Level.OK) if endpoints.device else missing
    yield _client(setup, endpoints)
    if endpoints.pushed:
        yield Finding("pushed", Level.OK)
    if terms.is_bound:
        is_offered = not endpoints.holder_signatures or SIGNATURE in endpoints.holder_signatures
        yield Finding("bound", Level.OK) if is_offered else Finding("cannot-bind", Level.FAIL)
    elif endpoints.holder_signatures:
        yield Finding("could-bind", Level.WARN)
    yield Finding("gives-back", Level.OK) if endpoints.revocation else Finding("no-giving-back", Level.WARN)
    yield from _worth(terms.assurance, endpoints)
    if "offline_access" not in setup.journal.scopes:
        yield Finding("no-refresh", Level.WARN)


def _worth(wanted: Assurance, endpoints: Endpoints) -> Iterator[Finding]:
    """Tell what a sign-in must be worth, and whether the issuer says that it can give that."""
    details = {"levels": ", ".join(wanted.levels)}
    if not wanted.levels:
        yield Finding("any-level", Level.WARN)
    elif not endpoints.levels or wanted.claim != ACR:
        yield Finding("level", Level.OK, details)
    else:
        can = any(one in endpoints.levels for one in wanted.levels)
        yield Finding("level", Level.OK, details) if can else Finding("no-level", Level.FAIL, details)
    if wanted.max_age is not None:
        yield Finding("max-age", Level.OK, {"minutes": str(wanted.max_age // 60)})


def _client(setup: Setup, endpoints: Endpoints) -> Finding:
    """Tell whether the issuer takes this kind of client. Many leave out `none`, though they take public clients."""
    client = setup.journal.terms.client
    if isinstance(client, KeyClient):
        method = "private_key_jwt"
    else:
        method = "client_secret_basic" if isinstance(client, SecretClient) else "none"
    details = {"method": method}
    if not endpoints.client_methods or method in endpoints.client_methods:
        return Finding("client", Level.OK, details)
    return Finding("client-not-named", Level.WARN if method == "none" else Level.FAIL, details)


def _clock(ahead: timedelta) -> Finding:
    """Tell how far this machine's clock is off, by the issuer's."""
    seconds = round(ahead.total_seconds())
    level = Level.OK if abs(seconds) < 60 else Level.WARN
    return Finding("clock", level, {"seconds": str(seconds)})


async def _journal(setup: Setup) -> list[Finding]:
    """Read the journal's CapabilityStatement without a token, as most give it."""
    transport = to_journal(setup, None)
    try:
        can = await JournalClient(transport).capabilities()
    except JournalError as error:
        if error.kind in {ErrorKind.UNAUTHORIZED, ErrorKind.FORBIDDEN}:
            return [Finding("closed-description", Level.WARN)]
        return [Finding("unreachable" if error.kind in _UNREACHABLE else "not-a-journal", Level.FAIL)]
    finally:
        await transport.aclose()
    return list(_can(setup, can))


def _can(setup: Setup, can: Capabilities) -> Iterator[Finding]:
    yield Finding("journal", Level.OK, {"software": can.software, "version": can.fhir_version})
    has_round = bool(setup.journal.patient_list) or can.has_search("Appointment", "actor")
    yield Finding("round" if has_round else "no-round", Level.OK if has_round else Level.FAIL)
    for code, is_there in (
        ("measurements", can.can("Observation", "create")),
        ("notes", can.can("DocumentReference", "create")),
        ("tasks", can.can("Task", "update")),
        ("plans", can.can("CarePlan", "update")),
        ("once", can.conditional_create("Observation")),
        ("versions", can.conditional_update("Task")),
        ("delta", can.has_search("Observation", "_lastUpdated")),
        ("audit", can.can("AuditEvent", "create") and can.conditional_create("AuditEvent")),
    ):
        yield Finding(code if is_there else f"no-{code}", Level.OK if is_there else Level.WARN)


async def _without_a_person(setup: Setup, http: AuthTransport, backend: Backend) -> Finding:
    """Sign in as the tester's client, and say what it was granted."""
    party = Party(http, backend.client, setup.clock, setup.ids)
    try:
        grant = await backend_grant(
            party, setup.journal.base_url, scopes=backend.scopes, issuer=setup.journal.issuer
        )
    except SignInError as error:
        return Finding("backend-refused", Level.FAIL, {"code": error.code or error.detail})
    except JournalError:
        return Finding("backend-refused", Level.FAIL, {"code": ""})
    lacking = ", ".join(sorted(kind.value for kind in not_granted(grant.scopes)))
    return Finding("backend", Level.OK, {"granted": " ".join(sorted(grant.scopes)), "lacking": lacking})


def _kept(setup: Setup) -> Iterator[Finding]:
    """Tell what of the file matters to what is kept on the machine; needs no network."""
    has_key = setup.journal.organisation_key is not None
    yield Finding("sealed" if has_key else "not-sealed", Level.OK if has_key else Level.WARN)
    can_wipe = bool(setup.journal.wipe_address)
    yield Finding("wipe" if can_wipe else "no-wipe", Level.OK if can_wipe else Level.WARN)
