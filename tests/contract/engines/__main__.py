"""`python -m tests.contract.engines [--write]`: ask every engine everything; show the answers, or write the page with them."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path

from tests.contract.engines.behaviours import BEHAVIOURS
from tests.contract.engines.expected import EXPECTED, PAGE, page
from tests.contract.engines.houses import ENGINES, Houses


async def _answer(houses: Houses, engine: str, name: str) -> str:
    async with houses.bench(engine) as bench:
        return await BEHAVIOURS[name](bench)


async def _measure(folder: Path) -> dict[str, dict[str, str]]:
    houses = Houses(folder)
    try:
        return {
            name: {engine: await _answer(houses, engine, name) for engine in ENGINES} for name in BEHAVIOURS
        }
    finally:
        houses.close()


def main(arguments: list[str]) -> int:
    """Measure; tell where the answers are not the expected ones."""
    with tempfile.TemporaryDirectory() as folder:
        measured = asyncio.run(_measure(Path(folder)))
    if "--write" in arguments:
        PAGE.write_text(page(measured), encoding="utf-8")
    else:
        print(page(measured))
    surprises = [
        f"{name} / {engine}: {told[engine]!r}, expected {EXPECTED.get(name, {}).get(engine)!r}"
        for name, told in measured.items()
        for engine in ENGINES
        if told[engine] != EXPECTED.get(name, {}).get(engine)
    ]
    print(*surprises, sep="\n", file=sys.stderr)
    return 1 if surprises else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
