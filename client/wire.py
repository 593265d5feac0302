"""httpx without its command line, which would pull in click and rich. Nothing else here imports httpx.

httpcore looks for sniffio whenever it takes a lock, four times a request; where it is not installed every look goes over the
whole path for modules again, a tenth of what a sync costs. That it is missing is written down once instead.
"""

from __future__ import annotations

import sys
from importlib.util import find_spec
from typing import Any, cast

_COMMAND_LINE = "httpx._main"
_LOOKED_FOR = "sniffio"

if "httpx" not in sys.modules:
    # An entry of None makes the import of that one module fail, which httpx itself allows for.
    cast("dict[str, Any]", sys.modules)[_COMMAND_LINE] = None

import httpx  # noqa: E402  the line above must come first

if sys.modules.get(_COMMAND_LINE, httpx) is None:
    del sys.modules[_COMMAND_LINE]

if _LOOKED_FOR not in sys.modules and find_spec(_LOOKED_FOR) is None:
    cast("dict[str, Any]", sys.modules)[_LOOKED_FOR] = None

__all__ = ["httpx"]
