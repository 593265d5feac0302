"""httpx without its command line, which would pull in click and rich. Nothing else here imports httpx."""

from __future__ import annotations

import sys
from typing import Any, cast

_COMMAND_LINE = "httpx._main"

if "httpx" not in sys.modules:
    # An entry of None makes the import of that one module fail, which httpx itself allows for.
    cast("dict[str, Any]", sys.modules)[_COMMAND_LINE] = None

import httpx  # noqa: E402  the line above must come first

if sys.modules.get(_COMMAND_LINE, httpx) is None:
    del sys.modules[_COMMAND_LINE]

__all__ = ["httpx"]
