"""The addresses of the sign-in: JSON for a terminal client, a small form for a browser."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from sandbox.sign_in.provider import Provider, SignInRefused

if TYPE_CHECKING:
    from starlette.requests import Request

_PAGE = """<!doctype html><html lang="nb"><meta charset="utf-8"><title>Feltjournal: logg inn</title>
<body><h1>{title}</h1>{body}</body></html>"""
_NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}
_PAGE_HEADERS = {
    **_NO_STORE,
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
"""What a browser may do with a page: show it. Nothing runs or is fetched, nobody frames it, and no address of it goes on."""


def sign_in_routes(provider: Provider) -> list[Route]:
    """Return the routes below /auth."""
    pages = SignInPages(provider)
    return [
        Route("/auth/.well-known/openid-configuration", pages.discovery),
        Route("/fhir/.well-known/smart-configuration", pages.smart),
        Route("/auth/authorize", pages.authorize, methods=["GET", "POST"]),
        Route("/auth/choose", pages.choose, methods=["POST"]),
        Route("/auth/token", pages.token, methods=["POST"]),
        Route("/auth/revoke", pages.revoke, methods=["POST"]),
        Route("/auth/jwks", pages.jwks),
    ]


class SignInPages:
    """What is answered at each address."""

    def __init__(self, provider: Provider) -> None:
        self._provider = provider

    async def discovery(self, _request: Request) -> Response:
        """Answer OpenID discovery."""
        return JSONResponse(self._provider.discovery())

    async def smart(self, _request: Request) -> Response:
        """Answer SMART discovery."""
        return JSONResponse(self._provider.smart())

    async def jwks(self, _request: Request) -> Response:
        """Answer with the public keys."""
        return JSONResponse(self._provider.signer.public_keys())

    async def authorize(self, request: Request) -> Response:
        """Answer an authorization request with those who can sign in."""
        query = request.query_params if request.method == "GET" else await _form(request)
        try:
            word = self._provider.authorize(dict(query))
        except SignInRefused as refused:
            return _refused(request, refused)
        choose = f"{self._provider.issuer}/choose"
        if "application/json" in request.headers.get("accept", ""):
            return JSONResponse(
                {"people": self._provider.people, "request": word, "choose": choose}, headers=_NO_STORE
            )
        return HTMLResponse(
            _PAGE.format(title="Hvem er du?", body=self._form(word, choose)), headers=_PAGE_HEADERS
        )

    async def choose(self, request: Request) -> Response:
        """Sign in the chosen person and send the browser back to the client."""
        form = await _form(request)
        try:
            target = self._provider.choose(form.get("request", ""), form.get("person", ""))
        except SignInRefused as refused:
            return _refused(request, refused)
        return RedirectResponse(target, status_code=302, headers=_PAGE_HEADERS)

    async def token(self, request: Request) -> Response:
        """Answer a token request."""
        try:
            return JSONResponse(self._provider.token(await _form(request)), headers=_NO_STORE)
        except SignInRefused as refused:
            body = {"error": refused.error, "error_description": refused.text}
            return JSONResponse(body, status_code=refused.status, headers=_NO_STORE)

    async def revoke(self, request: Request) -> Response:
        """Revoke a token; an unknown one is as good as revoked (RFC 7009)."""
        self._provider.tokens.revoke((await _form(request)).get("token", ""))
        return Response(status_code=200, headers=_NO_STORE)

    def _form(self, word: str, choose: str) -> str:
        buttons = "".join(
            f'<p><button name="person" value="{escape(person["id"])}">'
            f"{escape(person['name'])}, {escape(person['role'])}</button></p>"
            for person in self._provider.people
        )
        return (
            f'<form method="post" action="{escape(choose)}">'
            f'<input type="hidden" name="request" value="{escape(word)}">{buttons}</form>'
        )


async def _form(request: Request) -> dict[str, str]:
    """Return the fields of a form body, without the multipart parser that nobody needs here."""
    return dict(parse_qsl((await request.body()).decode("utf-8", "replace")))


def _refused(request: Request, refused: SignInRefused) -> Response:
    if refused.redirect:
        return RedirectResponse(refused.redirect, status_code=302, headers=_PAGE_HEADERS)
    if "application/json" in request.headers.get("accept", ""):
        body = {"error": refused.error, "error_description": refused.text}
        return JSONResponse(body, status_code=refused.status, headers=_NO_STORE)
    page = _PAGE.format(title="Innloggingen gikk ikke", body=f"<p>{escape(refused.text)}</p>")
    return HTMLResponse(page, status_code=refused.status, headers=_PAGE_HEADERS)
