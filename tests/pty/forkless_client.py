"""The installed client on a system without `fork`, as Windows is: the client runs without a parent."""

from __future__ import annotations

import os
import sys

if __name__ == "__main__":
    delattr(os, "fork")  # what such a system does not have
    from cli.__main__ import main

    sys.exit(main(sys.argv[1:]))
