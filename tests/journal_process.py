"""A real embedded journal in a process of its own, with its state in a folder of the test."""

from __future__ import annotations

import os
import signal
from dataclasses import dataclass
from typing import TYPE_CHECKING

import httpx

from ports.disk import SystemDisk
from ports.ids import SystemIds
from sandbox.launching import Started, start_detached
from sandbox.state import StateFolder

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


@dataclass(slots=True)
class JournalProcess:
    """Starts, kills and asks one embedded journal."""

    folder: Path
    options: Sequence[str] = ()
    module: str = "sandbox"
    started: Started | None = None

    @property
    def state(self) -> StateFolder:
        """The journal's folder."""
        return StateFolder(self.folder, SystemDisk())

    def start(self) -> Started:
        """Start on the state that is there, and wait until it answers."""
        self.started = start_detached(self.state, self.options, ids=SystemIds(), module=self.module)
        return self.started

    def kill(self) -> None:
        """Kill it with signal 9, as a power cut would."""
        pid = self.state.pid
        if pid is not None and self.state.is_running():
            os.kill(pid, signal.SIGKILL)
            self._wait_until_gone(pid)

    def _wait_until_gone(self, pid: int) -> None:
        """Wait for the end of a process that may or may not be our child."""
        try:
            os.waitpid(pid, 0)
        except ChildProcessError:
            while self.state.is_running():
                os.sched_yield()

    def search(self, path: str) -> list[dict[str, object]]:
        """Return the resources a search gives, past our own client: by its own token and its own HTTP."""
        base = self.started.base_url if self.started else ""
        headers = {"Authorization": f"Bearer {self.token()}"}
        found: list[dict[str, object]] = []
        url = f"{base}/{path}"
        with httpx.Client(headers=headers, trust_env=False) as http:
            while url:
                page = http.get(url).raise_for_status().json()
                found += [entry["resource"] for entry in page.get("entry", [])]
                url = next((link["url"] for link in page.get("link", []) if link["relation"] == "next"), "")
        return found

    def token(self) -> str:
        """Sign in as the supervisor of the test: Olav Lie, with PKCE, by hand."""
        import base64
        import hashlib
        from urllib.parse import parse_qs, urlsplit

        issuer = self.started.issuer if self.started else ""
        verifier = "v" * 64
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
        redirect = "http://127.0.0.1:1/callback"
        with httpx.Client(trust_env=False) as http:
            known = http.get(f"{issuer}/.well-known/openid-configuration").raise_for_status().json()
            query = {
                "response_type": "code",
                "client_id": "feltjournal",
                "redirect_uri": redirect,
                "scope": "openid fhirUser user/*.cruds",
                "state": "s",
                "nonce": "n",
                "aud": issuer.replace("/auth", "/fhir"),
                "code_challenge": challenge,
                "code_challenge_method": "S256",
            }
            page = http.get(
                known["authorization_endpoint"], params=query, headers={"Accept": "application/json"}
            ).json()
            choose = httpx.URL(known["authorization_endpoint"]).join(page["choose"])
            back = http.post(choose, data={"request": page["request"], "person": "olav-lie"})
            code = parse_qs(urlsplit(back.headers["location"]).query)["code"][0]
            form = {
                "grant_type": "authorization_code",
                "code": code,
                "redirect_uri": redirect,
                "client_id": "feltjournal",
                "code_verifier": verifier,
            }
            answer = http.post(known["token_endpoint"], data=form).raise_for_status().json()
        token: str = answer["access_token"]
        return token
