"""A real embedded journal in a process of its own, for tests: start, kill, faults, and a sign-in over HTTP."""

from __future__ import annotations

import base64
import hashlib
import os
import signal
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import psutil

from ports.disk import SystemDisk
from ports.ids import SystemIds
from sandbox.launching import Started, start_detached
from sandbox.state import StateFolder

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

# A published vector in the range of real people, written backwards: such a number stands in one file only.
REAL_RANGE_NUMBER = "79999231020"[::-1]
VERIFIER = "v" * 64
REDIRECT = "http://127.0.0.1:4711/callback"
SCOPES = "openid fhirUser offline_access launch user/*.cruds"


def challenge(verifier: str = VERIFIER) -> str:
    """Return the S256 challenge of a PKCE verifier."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


@dataclass
class SandboxRoom:
    """One journal on one state folder; it can be started and ended many times."""

    folder: Path
    options: Sequence[str] = ()
    started: Started | None = None
    http: httpx.Client = field(default_factory=lambda: httpx.Client(trust_env=False, timeout=30))

    @property
    def state(self) -> StateFolder:
        """The state folder."""
        return StateFolder(self.folder, SystemDisk())

    @property
    def base(self) -> str:
        """The FHIR base."""
        assert self.started is not None
        return self.started.base_url

    @property
    def origin(self) -> str:
        """Scheme, host and port."""
        return self.base.removesuffix("/fhir")

    def start(self, *more: str) -> Started:
        """Start the journal with faults wired in, and wait until it answers."""
        options = [*self.options, *more]
        self.started = start_detached(self.state, options, ids=SystemIds(), module="tests.sandbox_faults")
        return self.started

    def end(self, number: int = signal.SIGTERM) -> None:
        """Send a signal to the process and wait until it is gone."""
        pid = self.state.pid
        if pid is not None and psutil.pid_exists(pid):
            process = psutil.Process(pid)
            os.kill(pid, number)
            psutil.wait_procs([process], timeout=20)

    def kill(self) -> None:
        """End the process without warning."""
        self.end(signal.SIGKILL)

    def close(self) -> None:
        """End everything."""
        self.http.close()
        self.end(signal.SIGKILL)

    def fault(self, kind: str, **more: Any) -> None:
        """Add a fault rule."""
        answer = self.http.post(f"{self.origin}/_faults", json={"kind": kind, **more}, headers=self._key)
        assert answer.status_code == 200, answer.text

    def conduct(self, **switches: Any) -> None:
        """Turn switches of the journal's conduct."""
        answer = self.http.post(f"{self.origin}/_faults/conduct", json=switches, headers=self._key)
        assert answer.status_code == 200, answer.text

    def act(self, name: str, **arguments: Any) -> None:
        """Let something happen behind the clients' backs: see `tests.sandbox_acts.Acts`."""
        answer = self.http.post(f"{self.origin}/_faults/acts/{name}", json=arguments, headers=self._key)
        assert answer.status_code == 200, answer.text

    def release(self) -> None:
        """Let go of the commits that are held."""
        self.http.post(f"{self.origin}/_faults/release", headers=self._key)

    def forget_faults(self) -> None:
        """Forget all rules."""
        self.http.delete(f"{self.origin}/_faults", headers=self._key)

    def until_fired(self, count: int = 1) -> None:
        """Wait until so many rules have fired."""
        self.http.get(f"{self.origin}/_faults/fired", params={"count": count}, headers=self._key)

    @property
    def _key(self) -> dict[str, str]:
        assert self.started is not None
        return {"X-Faults-Key": self.started.key}

    def authorize(self, **changes: str) -> httpx.Response:
        """Send an authorization request that is good but for the changes."""
        query = {
            "response_type": "code",
            "client_id": "feltjournal",
            "redirect_uri": REDIRECT,
            "state": "tilstand",
            "nonce": "engangs",
            "aud": self.base,
            "scope": SCOPES,
            "code_challenge": challenge(),
            "code_challenge_method": "S256",
        }
        return self.http.get(
            f"{self.origin}/auth/authorize", params=query | changes, headers={"Accept": "application/json"}
        )

    def code(self, person: str = "kari-nordmann", **changes: str) -> str:
        """Return an authorization code for a person."""
        asked = self.authorize(**changes).json()
        answer = self.http.post(asked["choose"], data={"request": asked["request"], "person": person})
        assert answer.status_code == 302
        return dict(parse_qsl(urlsplit(answer.headers["location"]).query))["code"]

    def token(self, **form: str) -> httpx.Response:
        """Send a token request."""
        return self.http.post(f"{self.origin}/auth/token", data={"client_id": "feltjournal"} | form)

    def sign_in(self, person: str = "kari-nordmann", **changes: str) -> dict[str, Any]:
        """Return the answer of the token endpoint for a person."""
        answer = self.token(
            grant_type="authorization_code",
            code=self.code(person, **changes),
            redirect_uri=REDIRECT,
            code_verifier=VERIFIER,
        )
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def fhir(self, person: str = "kari-nordmann", **changes: str) -> FhirCalls:
        """Return a caller that is signed in."""
        return FhirCalls(self, str(self.sign_in(person, **changes)["access_token"]))


@dataclass
class FhirCalls:
    """FHIR requests with a token, by plain httpx: nothing of the client is in it."""

    room: SandboxRoom
    token: str

    def send(
        self, method: str, path: str, body: object = None, *, text: bytes | None = None, **headers: str
    ) -> httpx.Response:
        """Send a request below the base; headers are named with underscores."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        content = text
        if body is not None or text is not None:
            named.setdefault("Content-Type", "application/fhir+json")
        sent = {"Authorization": f"Bearer {self.token}", **named}
        if body is not None:
            return self.room.http.request(method, f"{self.room.base}/{path}", json=body, headers=sent)
        return self.room.http.request(method, f"{self.room.base}/{path}", content=content, headers=sent)

    def get(self, path: str, **headers: str) -> httpx.Response:
        """Send a GET."""
        return self.send("GET", path, None, text=None, **headers)

    def all_of(self, query: str) -> list[dict[str, Any]]:
        """Return every match of a search, over all pages."""
        found: list[dict[str, Any]] = []
        url: str | None = f"{self.room.base}/{query}"
        while url:
            page = self.room.http.get(url, headers={"Authorization": f"Bearer {self.token}"}).json()
            found += [e["resource"] for e in page.get("entry", []) if e["search"]["mode"] == "match"]
            url = next((link["url"] for link in page["link"] if link["relation"] == "next"), None)
        return found

    def count(self, query: str) -> int:
        """Return the journal's own count of a search."""
        mark = "&" if "?" in query else "?"
        return int(self.get(f"{query}{mark}_summary=count").json()["total"])
