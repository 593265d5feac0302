"""Proof of possession (DPoP, RFC 9449): a token that is bound to a key is no use to who finds it without the key."""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from datetime import datetime

    from joserfc.jwk import ECKey

SIGNATURE = "ES256"


class HolderKey:
    """One key, with the nonces that each server has handed out for it. joserfc is imported when it is first used."""

    def __init__(self, key: ECKey) -> None:
        self._key = key
        self._nonces: dict[str, str] = {}

    @classmethod
    def new(cls) -> HolderKey:
        """Draw a key on P-256."""
        from joserfc.jwk import ECKey

        return cls(ECKey.generate_key("P-256"))

    @classmethod
    def from_text(cls, text: str) -> HolderKey:
        """Read what `to_text` gave."""
        from joserfc.jwk import ECKey

        return cls(ECKey.import_key(msgspec.json.decode(text, type=dict[str, str | list[str]])))

    def to_text(self) -> str:
        """Return the private key as a JWK in JSON, for an encrypted store."""
        return msgspec.json.encode(self._key.as_dict(private=True)).decode()

    def proof(
        self, method: str, url: str, *, now: datetime, fresh_id: str, origin: str, token: str = ""
    ) -> str:
        """Return a proof for one request.

        Args:
            method: The HTTP method.
            url: The whole address; query and fragment are left out of the proof (§4.2).
            now: The server's time, as far as it is known.
            fresh_id: An id that was never used.
            origin: Whose nonce is to be in it.
            token: The access token that goes with the request, to a journal; none to an issuer.
        """
        from joserfc import jwt

        claims: dict[str, object] = {
            "jti": fresh_id,
            "htm": method,
            "htu": url.partition("#")[0].partition("?")[0],
            "iat": int(now.timestamp()),
        }
        if token:
            digest = hashlib.sha256(token.encode()).digest()
            claims["ath"] = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if nonce := self._nonces.get(origin):
            claims["nonce"] = nonce
        header = {"typ": "dpop+jwt", "alg": SIGNATURE, "jwk": self._key.as_dict(private=False)}
        return jwt.encode(header, claims, self._key, algorithms=[SIGNATURE])

    def take_nonce(self, origin: str, nonce: str) -> None:
        """Use this nonce towards the server from now on; nothing changes without one."""
        if nonce and len(nonce) <= _LONGEST:
            self._nonces[origin] = nonce


_LONGEST = 1024
