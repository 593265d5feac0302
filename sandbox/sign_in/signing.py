"""The key that id tokens are signed with (ES256); made once, kept beside the journal."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from joserfc.jwk import ECKey

    from ports.disk import Disk


class Signer:
    """Signs id tokens. The library is loaded at the first use, not when the journal starts."""

    def __init__(self, path: Path, disk: Disk) -> None:
        self._path = path
        self._disk = disk
        self._key: ECKey | None = None

    def sign(self, claims: dict[str, Any]) -> str:
        """Return the signed token."""
        from joserfc import jwt

        key = self._loaded()
        return jwt.encode({"alg": "ES256", "kid": key.thumbprint(), "typ": "JWT"}, claims, key)

    def public_keys(self) -> dict[str, Any]:
        """Return the JSON Web Key Set that clients check the signature with."""
        key = self._loaded()
        public = {**key.as_dict(private=False), "kid": key.thumbprint(), "use": "sig", "alg": "ES256"}
        return {"keys": [public]}

    def _loaded(self) -> ECKey:
        from joserfc.jwk import ECKey

        if self._key is None:
            if self._disk.exists(self._path):
                self._key = ECKey.import_key(json.loads(self._disk.read(self._path)))
            else:
                self._key = ECKey.generate_key("P-256")
                self._disk.replace(self._path, json.dumps(self._key.as_dict(private=True)).encode())
        return self._key
