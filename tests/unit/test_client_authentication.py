"""A client's own key: which algorithm fits it, what the assertion holds, and that no key is ever shown."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, RSAKey

from client.auth.client_authentication import KeyClient, Moment, SecretClient
from client.auth.errors import SignInError, SignInReason

_MOMENT = Moment(
    "https://issuer.example", "https://issuer.example/token", datetime(2026, 11, 23, tzinfo=UTC), "once"
)
_RSA = RSAKey.generate_key(2048)
_EC = ECKey.generate_key("P-256", {"kid": "two"})


@pytest.mark.parametrize(
    ("key", "told", "alg"),
    [(_RSA, {}, "RS384"), (_RSA, {"alg": "PS256"}, "PS256"), (_EC, {}, "ES256")],
    ids=["RSA as SMART asks", "as the key says", "the curve's own"],
)
def test_the_algorithm_fits_the_key(key: Any, told: dict[str, str], alg: str) -> None:
    client = KeyClient("feltjournal", json.dumps(dict(key.as_dict(private=True)) | told))
    (_, kind), (_, assertion) = client.fields(_MOMENT)
    read = jwt.decode(assertion, key, algorithms=[alg])
    assert kind.endswith("jwt-bearer")
    assert (read.header["alg"], read.header["kid"]) == (alg, key.kid or key.thumbprint())
    assert (read.claims["aud"], read.claims["jti"]) == ("https://issuer.example", "once")
    assert read.claims["exp"] - read.claims["iat"] == 60


@pytest.mark.parametrize(
    "key",
    [
        "",
        "no key",
        "[]",
        json.dumps(OctKey.generate_key(256).as_dict(private=True)),
        json.dumps(_EC.as_dict(private=False)),
        json.dumps(dict(_EC.as_dict(private=True)) | {"alg": "none"}),
        json.dumps(dict(_EC.as_dict(private=True)) | {"alg": "HS256"}),
    ],
    ids=["nothing", "words", "a list", "symmetric", "public", "no algorithm", "another algorithm"],
)
def test_what_cannot_sign_is_refused_and_not_shown(key: str) -> None:
    with pytest.raises(SignInError) as refused:
        KeyClient("feltjournal", key).fields(_MOMENT)
    assert refused.value.reason is SignInReason.UNSUPPORTED
    assert "two" not in str(refused.value)


def test_no_secret_is_in_the_words_of_an_object() -> None:
    assert "d" not in json.loads(json.dumps(_EC.as_dict(private=False)))
    assert "hemmelig" not in repr(SecretClient("feltjournal", "hemmelig"))
    assert "private" not in repr(KeyClient("feltjournal", "private"))
