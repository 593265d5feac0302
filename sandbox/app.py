"""The embedded journal as one ASGI application."""

from __future__ import annotations

import functools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import JSONResponse
from starlette.routing import Route

from sandbox.epic.interactions import EpicInteractions
from sandbox.fhir.endpoint import FhirEndpoint
from sandbox.fhir.interactions import Interactions
from sandbox.hooks import Hooks, NoHooks
from sandbox.profiles import EPIC, FULL
from sandbox.sign_in.pages import sign_in_routes
from sandbox.sign_in.provider import Provider
from sandbox.sign_in.signing import Signer
from sandbox.sign_in.tokens import Tokens
from sandbox.state import StateFolder, organisation_proof, proof
from sandbox.wipe_policy import wipe_routes

if TYPE_CHECKING:
    from starlette.requests import Request

    from ports.clock import Clock
    from ports.ids import Ids
    from sandbox.fhir.journal import Journal

DEFAULT_TOKEN_LIFETIME = 3600


@dataclass(frozen=True, slots=True)
class Parts:
    """What the application is made of."""

    state: StateFolder
    journal: Journal
    origin: str
    clock: Clock
    ids: Ids
    token_lifetime: int = DEFAULT_TOKEN_LIFETIME
    hooks: Hooks = field(default_factory=NoHooks)

    @property
    def base_url(self) -> str:
        """The FHIR base."""
        return f"{self.origin}/fhir"

    @property
    def profile(self) -> str:
        """What the journal behaves as: what its state was made for."""
        return self.journal.note("profile") or FULL

    @property
    def issuer(self) -> str:
        """The issuer of the sign-in."""
        return f"{self.origin}/auth"


def build(parts: Parts) -> Starlette:
    """Return the application; `parts.hooks` is where tests reach in."""
    tokens = Tokens(parts.journal.tables, parts.clock, parts.ids, parts.token_lifetime)
    signer = Signer(parts.state.signing_key, parts.state.disk)
    provider = Provider(
        parts.issuer, parts.base_url, tokens=tokens, signer=signer, clock=parts.clock, ids=parts.ids
    )
    kind = EpicInteractions if parts.profile == EPIC else Interactions
    interactions = kind(parts.base_url, parts.journal, parts.clock, parts.ids, parts.hooks)
    endpoint = FhirEndpoint(interactions, tokens, parts.clock, parts.ids)
    key = parts.state.key(parts.ids)
    organisation = functools.cache(lambda: parts.state.organisation_key(parts.ids))  # loads a library

    async def embedded(request: Request) -> JSONResponse:
        challenge = request.query_params.get("challenge", "")
        answer = proof(key, challenge)
        if answer is None:
            return JSONResponse({"error": "challenge must be 8 to 128 bytes of hex"}, status_code=400)
        told = {
            "proof": answer,
            "organisation_key": organisation().hex(),
            "organisation_proof": organisation_proof(key, challenge, organisation()),
        }
        return JSONResponse(told, headers={"Cache-Control": "no-store"})

    routes = [
        Route("/embedded", embedded),
        *sign_in_routes(provider),
        *wipe_routes(parts.journal, tokens),
        Route("/fhir", endpoint),
        Route("/fhir/{path:path}", endpoint),
    ]
    return Starlette(
        routes=routes, middleware=[Middleware(GZipMiddleware, minimum_size=1024, compresslevel=5)]
    )
