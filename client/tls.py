"""TLS as a configuration asks for it: the authorities that the journal's organisation names, and no others."""

from __future__ import annotations

import ssl


class NoAuthority(ValueError):
    """What was given is no certificate of an authority."""


def authority_context(pem: bytes) -> ssl.SSLContext:
    """Return a context that trusts these authorities alone (PEM); TLS 1.2 or later. There is no way to trust everybody.

    Raises:
        NoAuthority: there is no certificate in it.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_verify_locations(cadata=pem.decode("ascii"))
    except (ssl.SSLError, ValueError):
        raise NoAuthority("no certificate") from None
    return context
