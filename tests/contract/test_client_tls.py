"""TLS as a hospital runs it: an authority of its own that must be named, and nobody else's word taken."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

import pytest

from client.errors import ErrorKind, JournalError
from client.journal import JournalClient
from client.sender import _system_tls
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


@pytest.mark.parametrize("is_named", [True, False])
async def test_nothing_older_than_tls_1_2_is_spoken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, is_named: bool
) -> None:
    """The server speaks nothing newer than 1.1; who lets that in is answered, and the client is not."""
    path = throw_away_certificate(tmp_path, "127.0.0.1")
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    old = _server_side(path)
    _let_old_in(old)
    old.maximum_version = ssl.TLSVersion.TLSv1_1
    ours = authority_context(path.read_bytes()) if is_named else _system_tls()
    anybodys = ssl.create_default_context(cafile=path)
    ours.set_ciphers("ALL:@SECLEVEL=0")
    _let_old_in(anybodys)
    async with ScriptedServer(
        tls=old, answer=lambda _: reply(200, b'{"resourceType":"Patient","id":"p1"}')
    ) as it:
        assert await _read(it, anybodys) == "p1", "the server does speak to who speaks so"
        with pytest.raises(JournalError):
            await _read(it, ours)
    assert len(it.got) == 1


@pytest.mark.parametrize("is_named", [True, False])
@pytest.mark.parametrize("suite", ["ECDHE-ECDSA-AES128-SHA", "ECDHE-ECDSA-AES256-CCM8"])
async def test_a_server_of_weak_suites_alone_is_not_spoken_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suite: str, *, is_named: bool
) -> None:
    """A sum of SHA-1, or one cut short; who lets that in is answered, and the client is not."""
    path = throw_away_certificate(tmp_path, "127.0.0.1")
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    weak = _server_side(path)
    weak.maximum_version = ssl.TLSVersion.TLSv1_2
    weak.set_ciphers(f"{suite}:@SECLEVEL=0")
    anybodys = ssl.create_default_context(cafile=path)
    anybodys.set_ciphers(f"{suite}:@SECLEVEL=0")
    async with ScriptedServer(
        tls=weak, answer=lambda _: reply(200, b'{"resourceType":"Patient","id":"p1"}')
    ) as it:
        assert await _read(it, anybodys) == "p1", "the server does speak to who speaks so"
        with pytest.raises(JournalError):
            await _read(it, authority_context(path.read_bytes()) if is_named else None)
    assert len(it.got) == 1


def _let_old_in(context: ssl.SSLContext) -> None:
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = ssl.TLSVersion.TLSv1
