"""`python -m tests.reliability`: write `docs/reliability.md`; 1 when a fault has neither a test nor a reason."""

from __future__ import annotations

import sys

from tests.reliability.table import PAGE, page, problems, shown_by

if __name__ == "__main__":
    found = shown_by()
    PAGE.write_text(page(found), encoding="utf-8")
    wrong = problems(found)
    print("\n".join(wrong) or f"{PAGE.name}: every fault has its test or its reason")
    sys.exit(bool(wrong))
