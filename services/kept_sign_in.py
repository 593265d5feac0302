"""What the store keeps of a sign-in, so that the next start knows the clinician and need not ask for a new one."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec

from client.auth.grant import Grant, SignedInUser
from services.session import Clinician
from services.trouble import Trouble, TroubleCode

if TYPE_CHECKING:
    from offline_cache.store import Store
    from services.sign_in_terms import SignInTerms

_CLINICIAN = "clinician"
_GRANT = "grant"


def keep_clinician(store: Store, clinician: Clinician) -> None:
    """Keep who is signed in."""
    store.meta.put(_CLINICIAN, msgspec.json.encode(clinician))


def kept_clinician(store: Store) -> Clinician:
    """Return whose cache it is.

    Raises:
        Trouble: CACHE_DAMAGED when the store does not say.
    """
    kept = store.meta.get(_CLINICIAN)
    if not kept:
        raise Trouble(TroubleCode.CACHE_DAMAGED)
    return msgspec.json.decode(kept, type=Clinician)


def keep_grant(store: Store, grant: Grant) -> None:
    """Keep the tokens; called before a rotated one is used."""
    store.meta.put(_GRANT, grant.to_bytes())


def kept_grant(store: Store, terms: SignInTerms) -> Grant | None:
    """Return the tokens that were kept; None where there are none, or where the journal's file has come to demand more of them.

    That is: to be bound to a key, or to be of a level that they were not found to have.
    """
    kept = store.meta.get(_GRANT)
    if not kept:
        return None
    grant = Grant.from_bytes(kept)
    is_enough = terms.assurance.is_level(grant.level) and (bool(grant.holder_key) or not terms.is_bound)
    return grant if is_enough else None


def nobody(clinician: Clinician) -> Grant:
    """Return a grant without tokens: the cache opens, the journal waits for a new sign-in."""
    user = SignedInUser(
        clinician.subject, clinician.name, clinician.fhir_user, clinician.role, (), clinician.issuer
    )
    return Grant("", "", datetime.min.replace(tzinfo=UTC), frozenset(), user)
