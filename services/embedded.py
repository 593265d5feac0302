"""The embedded journal as the client knows it: the address its state remembers and the proof that it is ours."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from services.setup import JournalAddress
from services.trouble import Trouble, TroubleCode

if TYPE_CHECKING:
    from pathlib import Path

    from client.auth.transport import AuthTransport
    from ports.disk import Disk
    from ports.ids import Ids

EMBEDDED = "innebygd"
"""What the embedded journal is called among the journals of a machine: it is always there."""


def embedded_journal(state: Path, disk: Disk) -> JournalAddress:
    """Return the address of the embedded journal whose state lies in this folder, running or not.

    Raises:
        Trouble: SANDBOX_NOT_RUNNING when no embedded journal was ever started there.
    """
    try:
        port = int(disk.read(state / "port").decode().strip())
        key = bytes.fromhex(disk.read(state / "key").decode().strip())
    except (FileNotFoundError, ValueError) as error:
        raise Trouble(TroubleCode.SANDBOX_NOT_RUNNING) from error
    origin = f"http://127.0.0.1:{port}"
    return JournalAddress(
        "Øvingsjournalen",
        f"{origin}/fhir",
        f"{origin}/auth",
        embedded_key=key,
        wipe_address=f"{origin}/policy/wipe",
    )


def has_organisation_key(state: Path, disk: Disk) -> bool:
    """Tell whether the embedded journal has a key for the organisation, so that signed entries can be sealed to it."""
    return disk.exists(state / "organisation-key")


def server_id(journal: JournalAddress) -> str:
    """Return what names this journal for good: its issuer and its address, or for the embedded one the print of its key.

    An issuer alone does not do: a journal in use and the one for tests often share it.
    """
    if journal.embedded_key is not None:
        return "embedded:" + hashlib.sha256(b"server-id" + journal.embedded_key).hexdigest()[:24]
    return f"{journal.issuer.rstrip('/')} {journal.base_url.rstrip('/')}"


@dataclass(frozen=True, slots=True)
class EmbeddedProof:
    """The embedded journal has proved that it is ours; what it says of the organisation's key is proved with it."""

    organisation_key: bytes | None


async def prove_embedded(http: AuthTransport, journal: JournalAddress, ids: Ids) -> EmbeddedProof | None:
    """Ask the journal to prove that it was handed the key; None when it cannot."""
    import msgspec

    if journal.embedded_key is None:
        return None
    challenge = ids.secret(32).hex()
    answer = await http.get(urljoin(journal.issuer, f"/embedded?challenge={challenge}"))
    try:
        given = msgspec.json.decode(answer.body, type=dict[str, str])
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None
    if not _proves(journal.embedded_key, bytes.fromhex(challenge), given.get("proof", "")):
        return None
    try:
        public = bytes.fromhex(given.get("organisation_key", ""))
    except ValueError:
        return EmbeddedProof(None)
    bound = b"organisation-key" + bytes.fromhex(challenge) + public
    is_bound = _proves(journal.embedded_key, bound, given.get("organisation_proof", ""))
    return EmbeddedProof(public if public and is_bound else None)


def _proves(key: bytes, message: bytes, given: str) -> bool:
    expected = hmac.new(key, message, hashlib.sha256).hexdigest()
    return hmac.compare_digest(given.encode(), expected.encode())
