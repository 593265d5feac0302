"""What a script reads, on standard output: JSON on one line, which a terminal may be at the end of."""

from __future__ import annotations

import json
from typing import Any


def say_json(said: Any) -> None:  # noqa: ANN401  any JSON value
    """Print a value as one line of JSON; letters stand as they are."""
    print(as_line(said))


def as_line(said: Any) -> str:  # noqa: ANN401  any JSON value
    """Return a value as JSON with every character escaped that a terminal obeys or does not show.

    JSON itself escapes no DEL, no C1 and nothing that turns the direction of text; a name from a file or a journal may hold them.
    """
    text = json.dumps(said, ensure_ascii=False)
    return "".join(one if one.isprintable() else json.dumps(one)[1:-1] for one in text)
