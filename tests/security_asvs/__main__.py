"""`python -m tests.security_asvs`: write `docs/security-asvs.md`; 1 when a requirement has no row, or a row does not hold."""

from __future__ import annotations

import sys

from tests.security_asvs.page import PAGE, page
from tests.security_asvs.rows import problems, read_chapters, read_levels

if __name__ == "__main__":
    chapters, levels = read_chapters(), read_levels()
    wrong = problems(chapters, levels)
    if not wrong:
        PAGE.write_text(page(chapters, levels), encoding="utf-8")
    print("\n".join(wrong) or f"{PAGE.name}: every requirement of level 1 and 2 has its row")
    sys.exit(bool(wrong))
