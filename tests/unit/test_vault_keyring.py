"""The keyring port: only allow-listed backends, nothing from the environment, nothing waited for without end."""

from __future__ import annotations

import subprocess
import sys
import threading
from typing import TYPE_CHECKING, Any

import pytest
from keyring.backend import KeyringBackend
from keyring.backends.chainer import ChainerBackend
from keyring.backends.fail import Keyring as FailKeyring
from keyring.backends.null import Keyring as NullKeyring

from ports import keyring as port
from ports.keyring import AllowedBackend, BackendRefused, KeyringFault, OsKeyring, prove, within
from tests.store_room import DrawerKeyring

if TYPE_CHECKING:
    from pathlib import Path

ALT = '''
import base64, pathlib
from keyring.backend import KeyringBackend
class PlaintextKeyring(KeyringBackend):
    """Looks like a keyring, and writes everything beside you."""
    priority = 99
    def get_password(self, service, username):
        path = pathlib.Path("{folder}", username)
        return path.read_text() if path.exists() else None
    def set_password(self, service, username, password):
        pathlib.Path("{folder}", username).write_text(password)
    def delete_password(self, service, username):
        pathlib.Path("{folder}", username).unlink()
'''
FIND = "from ports.keyring import find_protector; print(find_protector(limit=10))"


class Drawer(KeyringBackend):
    """A backend that is on no list."""

    priority = 1.0

    def get_password(self, service: str, username: str) -> str | None:
        return None

    def set_password(self, service: str, username: str, password: str) -> None:
        return None


@pytest.mark.parametrize("backend", [NullKeyring, FailKeyring, ChainerBackend, Drawer])
def test_backends_outside_the_list_are_refused(backend: type[KeyringBackend]) -> None:
    """Fault: Y4."""
    with pytest.raises(BackendRefused):
        OsKeyring(backend())


def test_an_allowed_backend_is_known_by_its_class_and_only_on_its_system(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    backend = port.ALLOWED[0].load()()
    monkeypatch.setattr(sys, "platform", "linux")
    assert OsKeyring(backend).name == "secret-service"
    monkeypatch.setattr(sys, "platform", "darwin")
    with pytest.raises(BackendRefused):
        OsKeyring(backend)


def test_neither_the_environment_nor_a_keyringrc_nor_an_installed_backend_is_obeyed(tmp_path: Path) -> None:
    """With no session bus there is no keyring, whatever else is offered (security.md §2.2)."""
    plain = tmp_path / "plain"
    plain.mkdir()
    (tmp_path / "alt_keyring.py").write_text(ALT.replace("{folder}", str(plain)))
    info = tmp_path / "alt_keyring-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Name: alt-keyring\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[keyring.backends]\nalt = alt_keyring\n")
    config = tmp_path / "python_keyring"
    config.mkdir()
    (config / "keyringrc.cfg").write_text("[backend]\ndefault-keyring=alt_keyring.PlaintextKeyring\n")
    for named in ("", "keyring.backends.null.Keyring", "alt_keyring.PlaintextKeyring"):
        environment = {
            "PATH": "/usr/bin:/bin",
            "HOME": str(tmp_path),
            "XDG_CONFIG_HOME": str(tmp_path),
            "PYTHONPATH": f"{tmp_path}:.",
            "DBUS_SESSION_BUS_ADDRESS": "unix:path=/nonexistent",
            **({"PYTHON_KEYRING_BACKEND": named} if named else {}),
        }
        stock = (
            "import keyring; keyring.set_password('s', 'u', 'p'); print(type(keyring.get_keyring()).__name__)"
        )
        found = {
            name: subprocess.run(
                [sys.executable, "-c", script],
                env=environment,
                capture_output=True,
                text=True,
                check=True,
                timeout=60,
            ).stdout.strip()
            for name, script in (("ours", FIND), ("stock", stock))
        }
        assert found["ours"] == "None", named
        assert found["stock"] in ("PlaintextKeyring", "Keyring"), "the trap did not stand"


def test_a_backend_that_loses_what_it_is_given_is_refused() -> None:
    class Lossy(DrawerKeyring):
        def put(self, account: str, secret: bytes) -> None:
            super().put(account, secret[:-1])

    class Nothing(DrawerKeyring):
        def put(self, account: str, secret: bytes) -> None:
            return None

    for backend in (Lossy(), Nothing()):
        with pytest.raises(BackendRefused):
            prove(backend)
    honest = DrawerKeyring()
    prove(honest)
    assert honest.items == {}


def test_a_call_that_hangs_is_left_behind() -> None:
    never = threading.Event()
    with pytest.raises(KeyringFault):
        within(0.05, never.wait)
    never.set()


def test_a_call_that_fails_says_only_which_kind() -> None:
    def locked() -> None:
        raise PermissionError("the secret is hunter2")

    with pytest.raises(KeyringFault) as caught:
        within(5, locked)
    assert str(caught.value) == "PermissionError"
    assert caught.value.__cause__ is None


def test_a_result_comes_back() -> None:
    assert within(5, lambda: 42) == 42


def test_settings_of_the_environment_do_not_reach_the_backend(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEYRING_PROPERTY_PREFERRED_COLLECTION", "/elsewhere")
    stock: Any = Drawer
    assert getattr(stock(), "preferred_collection", "") == "/elsewhere", "the trap did not stand"
    built = port._build(AllowedBackend("drawer", Drawer.__module__, "Drawer", ("",)))
    assert isinstance(built, Drawer)
    assert not hasattr(built, "preferred_collection")
