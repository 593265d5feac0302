"""The page that a browser gets at the end of a sign-in: fixed words that load nothing, run nothing and stay nowhere."""

from __future__ import annotations

import httpx

from client.auth.loopback import Loopback
from tests.contract.still_clock import StillClock


async def test_the_page_repeats_nothing_and_says_what_a_browser_may_do_with_it() -> None:
    """Also for a call that brings markup in the address: it is answered in the same words."""
    async with Loopback(StillClock(), taken="Ferdig.", other="Ikke her.") as loopback:
        address = loopback.redirect_uri.removesuffix("/callback")
        async with httpx.AsyncClient(trust_env=False) as browser:
            answers = [
                await browser.get(f"{address}/{path}")
                for path in ("", "callback?state=%3Cscript%3Ealert(1)%3C/script%3E", "<b>x</b>")
            ]
            refused = await browser.request("TRACE", f"{address}/callback")
    for answer in (*answers, refused):
        assert answer.status_code == 404
        assert answer.headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        assert "set-cookie" not in answer.headers
    assert {answer.text for answer in (*answers, refused)} == {answers[0].text}
    assert "Ikke her." in answers[0].text
