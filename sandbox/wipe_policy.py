"""The embedded journal's word on the machines that work with it: which of them are to be wiped.

Three forms: `device` (a machine hands over its token, in the name of whoever is signed in), `check` and `success`. A machine
proves each question, and each order is proved to the machine, by HMAC-SHA256 of the token; the token itself goes over the
line once.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from starlette.responses import JSONResponse, Response
from starlette.routing import Route

if TYPE_CHECKING:
    from starlette.requests import Request

    from sandbox.fhir.journal import Journal
    from sandbox.sign_in.tokens import Tokens

PATH = "/policy/wipe"
_HEX = re.compile(r"[0-9a-f]{64}\Z")
_DEVICE = re.compile(r"[0-9a-f-]{36}\Z")
_NOTE = "device:"


@dataclass(frozen=True, slots=True)
class Machine:
    """One machine of one person. `held` is how many signed entries it says keep it from being wiped."""

    person: str
    token: str
    is_ordered: bool = False
    is_wiped: bool = False
    held: int = 0


class Machines:
    """The machines that the journal knows, kept in its database."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    def find(self, device: str) -> Machine | None:
        """Return a machine, or None."""
        kept = self._journal.note(f"{_NOTE}{device}") if _DEVICE.match(device) else ""
        return Machine(**json.loads(kept)) if kept else None

    def keep(self, device: str, machine: Machine) -> None:
        """Keep a machine."""
        self._journal.keep_note(f"{_NOTE}{device}", json.dumps(asdict(machine)))

    def of(self, person: str) -> dict[str, Machine]:
        """Return a person's machines by id."""
        rows = self._journal.tables.execute(
            "SELECT name, value FROM note WHERE substr(name, 1, ?) = ?", (len(_NOTE), _NOTE)
        )
        found = {str(name)[len(_NOTE) :]: Machine(**json.loads(value)) for name, value in rows}
        return {device: machine for device, machine in found.items() if machine.person == person}

    def order(self, person: str, *, is_ordered: bool = True) -> list[str]:
        """Order that a person's machines be wiped, or take that back; return which."""
        found = self.of(person)
        for device, machine in found.items():
            self.keep(device, replace(machine, is_ordered=is_ordered))
        return list(found)


def wipe_routes(journal: Journal, tokens: Tokens) -> list[Route]:
    """Return the three addresses."""
    policy = WipePolicy(Machines(journal), tokens)
    posts = (("device", policy.device), ("check", policy.check), ("success", policy.success))
    return [Route(f"{PATH}/{name}", answer, methods=["POST"]) for name, answer in posts]


class WipePolicy:
    """What is answered at each address."""

    def __init__(self, machines: Machines, tokens: Tokens) -> None:
        self._machines = machines
        self._tokens = tokens

    async def device(self, request: Request) -> Response:
        """Take a machine's token, once, in the name of whoever is signed in."""
        form = await _form(request)
        family = self._tokens.check(form.get("access_token", ""))
        if family is None:
            return JSONResponse({"error": "invalid_token"}, status_code=401)
        name, token = form.get("device", ""), form.get("token", "")
        if not _DEVICE.match(name) or not _HEX.match(token):
            return JSONResponse({"error": "device and token are needed"}, status_code=400)
        known = self._machines.find(name)
        if known is not None and (known.person, known.token) != (family.person, token):
            return JSONResponse({"error": "another machine has this id"}, status_code=409)
        if known is None:
            self._machines.keep(name, Machine(family.person, token))
        return Response(status_code=204)

    async def check(self, request: Request) -> Response:
        """Say whether the machine that asks is to be wiped, and prove it."""
        form = await _form(request)
        name, challenge, held = (form.get(key, "") for key in ("device", "challenge", "held"))
        machine = self._machines.find(name)
        if machine is None or not _holds(machine, name, form, "check", challenge, held):
            return JSONResponse({"error": "not this machine"}, status_code=403)
        if held.isdecimal() and int(held) != machine.held:
            self._machines.keep(name, replace(machine, held=int(held)))
        if not machine.is_ordered:
            return JSONResponse({"wipe": False})
        return JSONResponse({"wipe": True, "proof": proof(machine.token, name, "wipe", challenge)})

    async def success(self, request: Request) -> Response:
        """Take note that a machine is wiped."""
        form = await _form(request)
        name = form.get("device", "")
        machine = self._machines.find(name)
        if machine is None or not _holds(machine, name, form, "success"):
            return JSONResponse({"error": "not this machine"}, status_code=403)
        self._machines.keep(name, replace(machine, is_wiped=True))
        return Response(status_code=204)


def proof(token: str, device: str, *words: str) -> str:
    """Return what only a holder of the token can make of these words."""
    message = "\n".join(("feltjournal wipe v1", device, *words))
    return hmac.new(bytes.fromhex(token), message.encode(), hashlib.sha256).hexdigest()


async def _form(request: Request) -> dict[str, str]:
    return dict(parse_qsl((await request.body()).decode("utf-8", "replace")))


def _holds(machine: Machine, device: str, form: dict[str, str], *words: str) -> bool:
    expected = proof(machine.token, device, *words)
    return hmac.compare_digest(form.get("proof", "").encode(), expected.encode())
