"""What one action of the registry is: its keys, its words, and why it cannot be done here and now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from textual.binding import Binding

if TYPE_CHECKING:
    from collections.abc import Callable


def _always(_place: object) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class Action:
    """One thing that can be done. `why_not` is asked with the screen that binds it: a reason, or nothing."""

    id: str
    keys: str
    label: str
    help: str
    scope: str
    is_in_line: bool = True
    is_first: bool = False  # before whatever has the focus: for keys that a text field would take
    why_not: Callable[[Any], str] = _always
    short: str = ""  # for a key line that is too narrow for every label

    @property
    def key_name(self) -> str:
        """Return the first key as it is written on the key line."""
        return key_name(self.keys.split(",", maxsplit=1)[0])

    @property
    def method(self) -> str:
        """Return the name of the method that carries it out."""
        return "action_" + self.id.replace(".", "_")

    def binding(self) -> Binding:
        """Return Textual's binding; its id is ours, so a keymap can name it."""
        return Binding(
            self.keys,
            f"perform('{self.id}')",
            self.label,
            tooltip=self.help,
            id=self.id,
            priority=self.is_first,
            show=False,
        )


_KEY_NAMES = {
    "enter": "Enter",
    "escape": "Esc",
    "shift+tab": "Shift+Tab",
    "tab": "Tab",
    "slash": "/",
    "question_mark": "?",
    "pageup": "PgOpp",
    "pagedown": "PgNed",
    "up": "↑",
    "down": "↓",
    "space": "Mellomrom",
}


def key_name(key: str) -> str:
    """Return how a key is named on a Norwegian keyboard."""
    if key in _KEY_NAMES:
        return _KEY_NAMES[key]
    if key.startswith("ctrl+"):
        return "Ctrl+" + key.removeprefix("ctrl+").upper()
    return key.upper() if is_function_key(key) else key


def is_function_key(key: str) -> bool:
    """Tell whether it is one of F1, F2 and so on."""
    return key[0] == "f" and key[1:].isdigit()
