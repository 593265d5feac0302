"""The disk's own errors, as ours."""

from __future__ import annotations

import contextlib
import errno
from typing import TYPE_CHECKING

from offline_cache.errors import StoreError, StoreFault, StoreFull, StoreReadOnly

if TYPE_CHECKING:
    from collections.abc import Iterator

NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
"""What a system says when the disk, the quota or the file limit is full."""

NOT_WRITABLE = frozenset({errno.EROFS, errno.EACCES, errno.EPERM})
"""What it says when it may not be written to."""


@contextlib.contextmanager
def as_store_errors() -> Iterator[None]:
    """Turn an OSError inside into one of ours; its text may hold a path and is not taken over."""
    try:
        yield
    except OSError as error:
        raise error_of(error.errno or 0)(type(error).__name__) from error


def error_of(number: int) -> type[StoreError]:
    """Return the error that a system's error number stands for."""
    if number in NO_ROOM:
        return StoreFull
    return StoreReadOnly if number in NOT_WRITABLE else StoreFault
