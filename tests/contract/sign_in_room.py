"""A certified provider and a journal that takes its tokens, in a Node of their own, and a person with a browser.

The provider is npm `oidc-provider`; see `tests/peers/oidc_provider/server.mjs` for what it is told to demand.
"""

from __future__ import annotations

import json
import re
import ssl
import subprocess
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

import httpx
from joserfc.jwk import ECKey

from client.auth.assurance import Assurance
from client.auth.client_authentication import KeyClient, PublicClient, SecretClient
from client.auth.holder_key import HolderKey
from client.auth.sign_in import SignIn
from client.auth.transport import AuthTransport
from ports.clock import SystemClock
from ports.ids import SystemIds
from services.sign_in_terms import SCOPES as DEFAULT
from tests.contract.certificates import throw_away_certificate
from tests.omissions import OIDC_PROVIDER, ROOT, router_node

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from client.auth.grant import Grant
    from ports.clock import Clock

_SERVER = ROOT / "tests" / "peers" / "oidc_provider" / "server.mjs"
_STOP_SECONDS = 20
SCOPES = " ".join(("user/*.cruds user/Observation.rs user/*.write system/*.rs", *DEFAULT[3:]))
REDIRECT = "http://127.0.0.1:49152/callback"
SECRET = "a+b c%d:0123456789"


@dataclass(frozen=True, slots=True)
class Asked:
    """One request that came to the provider."""

    path: str
    headers: dict[str, str]
    fields: list[tuple[str, str]]

    def __getitem__(self, name: str) -> str:
        """Return the one value of a field."""
        (value,) = [value for key, value in self.fields if key == name]
        return value

    @property
    def names(self) -> set[str]:
        """Return the names of the fields; none may come twice."""
        names = [name for name, _ in self.fields]
        assert len(set(names)) == len(names)
        return set(names)


@dataclass
class SignInRoom:
    """The process. `journal` is where requests with a good token are handed on to, and that journal's own token."""

    folder: Path
    journal: tuple[str, str] | None = None
    more: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.key = ECKey.generate_key("P-384", {"kid": "ours"})
        self.pem = throw_away_certificate(self.folder)
        self.tls = ssl.create_default_context(cafile=self.pem)
        signing = ECKey.generate_key("P-256", {"kid": "theirs", "alg": "ES256"})
        settings = {
            "jwks": {"keys": [dict(self.key.as_dict(private=False))]},
            "signing": dict(signing.as_dict(private=True)),
            "secret": SECRET,
            "scopes": SCOPES,
            "journal": self.journal and dict(zip(("base", "token"), self.journal, strict=True)),
            **self.more,
        }
        told = self.folder / "settings.json"
        told.write_text(json.dumps(settings))
        node = router_node()
        assert node is not None
        self.process = subprocess.Popen(
            [node, _SERVER, OIDC_PROVIDER, self.pem, told],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        assert self.process.stdout is not None
        self.issuer = f"https://127.0.0.1:{int(self.process.stdout.readline())}"
        self.base = f"{self.issuer}/fhir"
        self._hand = httpx.Client(verify=self.tls, trust_env=False)

    def http(self, clock: Clock | None = None) -> AuthTransport:
        """Return a way to the provider that knows its authority."""
        return AuthTransport(clock=clock or SystemClock(), ids=SystemIds(), tls=self.tls)

    def client(self, kind: str) -> PublicClient | SecretClient | KeyClient:
        """Return one of the clients that the provider knows, by its name there."""
        if kind in {"asymmetric", "backend"}:
            return KeyClient(kind, json.dumps(self.key.as_dict(private=True)))
        return SecretClient(kind, SECRET) if kind == "symmetric" else PublicClient(kind)

    async def begin(
        self,
        kind: str,
        scopes: Sequence[str],
        *,
        holder: HolderKey | None = None,
        worth: Assurance | None = None,
    ) -> SignIn:
        """Begin a sign-in by a browser; a client that must be bound to a key has a new one unless it is given one."""
        needs_key = kind in {"bound", "asymmetric"}
        return await SignIn.begin(
            self.http(),
            self.base,
            client=self.client(kind),
            redirect_uri=REDIRECT,
            scopes=scopes,
            ids=SystemIds(),
            clock=SystemClock(),
            holder=holder or (HolderKey.new() if needs_key else None),
            prompt="consent",
            assurance=worth or Assurance(),
        )

    async def arrive(self, kind: str, scopes: Sequence[str], *, worth: Assurance | None = None) -> Grant:
        """Sign Kari in."""
        sign_in = await self.begin(kind, scopes, worth=worth)
        return await sign_in.finish(Browser(self).sign_in(sign_in.url))

    def hand(self, word: str) -> None:
        """Let the test's hand reach in: expire, revoke, nonce or proves; see the server."""
        assert self._hand.get(f"{self.issuer}/control/{word}").status_code == 200

    def asked(self) -> list[Asked]:
        """Return what was asked of the provider since the last time."""
        told = self._hand.get(f"{self.issuer}/control/requests").json()
        return [Asked(one["path"], one["headers"], [(a, b) for a, b in one["fields"]]) for one in told]

    def close(self) -> None:
        """Close its standard input and see it end by itself."""
        self._hand.close()
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        assert self.process.wait(_STOP_SECONDS) == 0
        self.process.stdout.close()


class Browser:
    """What a person does in a browser: opens an address, signs in, agrees, and is sent back."""

    def __init__(self, room: SignInRoom, person: str = "kari-nordmann") -> None:
        self._http = httpx.Client(verify=room.tls, trust_env=False)
        self._person = person

    def sign_in(self, url: str, *, agrees: bool = True) -> str:
        """Go all the way; return the address on this machine that the provider sends the browser back to."""
        answer = self._http.get(url)
        while True:
            while answer.is_redirect:
                target = urljoin(str(answer.url), answer.headers["location"])
                if target.startswith(("http://127.0.0.1", "http://localhost")):
                    return target
                answer = self._http.get(target)
            if answer.is_error or "<form" not in answer.text:
                return ""
            if not agrees and 'name="confirm"' in answer.text:
                self._submit(answer, abort="yes")
                return ""
            answer = self._submit(answer) if agrees else self._decline(answer)

    def open_callback(self, url: str) -> httpx.Response:
        """Open the address that a sign-in led back to, on this machine."""
        return self._http.get(url)

    def enter_code(self, url: str) -> None:
        """Open the address of a device code that carries the code, and agree to everything."""
        assert self.sign_in(url) == ""

    def decline_code(self, url: str) -> None:
        """Open the address of a device code that carries the code, and agree to nothing."""
        self.sign_in(url, agrees=False)

    def _submit(self, page: httpx.Response, **more: str) -> httpx.Response:
        form = page.text[page.text.index("<form") :]
        action = re.search(r'action="([^"]*)"', form)
        fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form))
        assert action is not None
        if fields.get("prompt") == "login":
            fields |= {"login": self._person, "password": "x"}
        return self._http.post(urljoin(str(page.url), action[1].replace("&amp;", "&")), data=fields | more)

    def _decline(self, page: httpx.Response) -> httpx.Response:
        """Press the page's own button for no; a page that only brings the code on has none."""
        link = re.search(r'href="([^"]*/abort)"', page.text)
        return self._http.get(link[1]) if link else self._submit(page)
