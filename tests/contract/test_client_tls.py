"""TLS as a hospital runs it: an authority of its own that must be named, and nobody else's word taken."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

import pytest

from client.errors import ErrorKind, JournalError
from client.journal import JournalClient
from client.tls import authority_context
from client.transport import JournalTransport
from ports.clock import SystemClock
from ports.ids import SystemIds
from tests.contract.certificates import throw_away_certificate
from tests.contract.scripted_server import ScriptedServer, reply

if TYPE_CHECKING:
    from pathlib import Path


def _server_side(path: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context


async def _read(server: ScriptedServer, tls: ssl.SSLContext | None) -> str:
    transport = JournalTransport(server.base, clock=SystemClock(), ids=SystemIds(), tls=tls)
    try:
        return (await JournalClient(transport).read("Patient", "p1")).id
    finally:
        await transport.aclose()


async def test_only_a_named_authority_is_trusted(tmp_path: Path) -> None:
    """Fault: N9."""
    path = throw_away_certificate(tmp_path, "127.0.0.1")
    async with ScriptedServer(
        tls=_server_side(path), answer=lambda _: reply(200, b'{"resourceType":"Patient","id":"p1"}')
    ) as it:
        assert await _read(it, ssl.create_default_context(cafile=path)) == "p1"
        with pytest.raises(JournalError) as refusal:
            await _read(it, None)
    assert refusal.value.kind is ErrorKind.UNREACHABLE
    assert len(it.got) == 1


async def test_a_certificate_for_another_host_is_refused(tmp_path: Path) -> None:
    """Fault: N9."""
    path = throw_away_certificate(tmp_path, "127.0.0.2")
    async with ScriptedServer(tls=_server_side(path)) as it:
        with pytest.raises(JournalError):
            await _read(it, ssl.create_default_context(cafile=path))
    assert it.got == []


@pytest.mark.parametrize("is_named", [True, False])
async def test_the_keys_of_a_connection_are_written_to_no_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, is_named: bool
) -> None:
    """Python takes such a file from the environment; with it whoever saw the line can read tokens and patients."""
    path, keys = throw_away_certificate(tmp_path, "127.0.0.1"), tmp_path / "keys"
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    server_side = _server_side(path)
    monkeypatch.setenv("SSLKEYLOGFILE", str(keys))
    async with ScriptedServer(
        tls=server_side, answer=lambda _: reply(200, b'{"resourceType":"Patient","id":"p1"}')
    ) as it:
        assert await _read(it, authority_context(path.read_bytes()) if is_named else None) == "p1"
    assert not keys.exists() or b"TRAFFIC_SECRET" not in keys.read_bytes()
