"""The two ways out of this machine: to the journal's sign-in and to the journal, as its configuration says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from client.auth.transport import AuthTransport
from client.tls import authority_context
from client.transport import JournalTransport

if TYPE_CHECKING:
    import ssl

    from client.auth.holder_key import HolderKey
    from client.transport import TokenSource
    from services.setup import Setup


def to_sign_in(setup: Setup) -> AuthTransport:
    """Return the way to the journal's issuer; it also knows the journal, whose description names that issuer."""
    http = AuthTransport(
        clock=setup.clock,
        ids=setup.ids,
        plain_http=setup.journal.embedded_key is not None,
        inner=setup.inner,
        tls=_tls(setup),
    )
    http.allow(setup.journal.issuer)
    http.allow(setup.journal.base_url)
    return http


def to_journal(setup: Setup, token: TokenSource | None, holder: HolderKey | None = None) -> JournalTransport:
    """Return the way to the journal. `holder` is the key that the tokens are bound to, if they are."""
    return JournalTransport(
        setup.journal.base_url,
        clock=setup.clock,
        ids=setup.ids,
        token=token,
        holder=holder,
        plain_http=setup.journal.embedded_key is not None,
        inner=setup.inner,
        tls=_tls(setup),
    )


def _tls(setup: Setup) -> ssl.SSLContext | None:
    """Return whom to trust: the authority that the configuration names, else (None) whom the system trusts."""
    return authority_context(setup.journal.authority) if setup.journal.authority else None
