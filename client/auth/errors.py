"""What can go wrong while signing in, beside the network itself."""

from __future__ import annotations

from enum import StrEnum


class SignInReason(StrEnum):
    """One name per reason."""

    METADATA = "metadata"  # the journal's or the issuer's description cannot be used
    DENIED = "denied"  # the sign-in was declined or failed there
    STATE = "state"  # the answer belongs to another sign-in
    ISSUER = "issuer"  # the answer comes from another issuer
    REFUSED = "refused"  # the token endpoint said no
    IDENTITY = "identity"  # the id_token does not hold
    LEVEL = "level"  # made at a lower level than the journal demands
    AGE = "age"  # made too long ago, or without saying when
    EXPIRED = "expired"  # nobody answered while the code or the page was good
    UNSUPPORTED = "unsupported"  # the issuer does not offer this way of signing in


class SignInError(Exception):
    """A sign-in that failed. `code` is the OAuth error code, `detail` a fixed phrase; no secrets."""

    def __init__(self, reason: SignInReason, *, code: str = "", detail: str = "") -> None:
        super().__init__(f"{reason.value} {code}" if code else reason.value)
        self.reason = reason
        self.code = code
        self.detail = detail
