"""The disk's own errors, as ours."""

from __future__ import annotations

import contextlib
import errno
from typing import TYPE_CHECKING

from offline_cache.errors import StoreFault, StoreFull

if TYPE_CHECKING:
    from collections.abc import Iterator

NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
"""What a system says when the disk, the quota or the file limit is full."""


@contextlib.contextmanager
def as_store_errors() -> Iterator[None]:
    """Turn an OSError inside into StoreFull or StoreFault; its text may hold a path and is not taken over."""
    try:
        yield
    except OSError as error:
        raise (StoreFull if error.errno in NO_ROOM else StoreFault)(type(error).__name__) from error
