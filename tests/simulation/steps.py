"""What a seed draws: a setting, and a list of steps that can be played again with any of them left out."""

from __future__ import annotations

import random
from dataclasses import dataclass

from sandbox.profiles import EPIC, FULL

STEPS = 30


@dataclass(frozen=True, slots=True)
class Step:
    """One step at one laptop. Its dice are its own, so that leaving another step out does not change what it does."""

    name: str
    laptop: int
    dice: int

    def __str__(self) -> str:
        return f"{self.name}@{self.laptop}"


@dataclass(frozen=True, slots=True)
class Setting:
    """What holds for the whole of a seed."""

    seed: int
    profile: str
    laptops: tuple[int, ...]
    is_plain: bool
    is_fierce: bool
    is_torn: bool
    may_restore: bool
    may_merge: bool

    def __str__(self) -> str:
        names = ("plain", "fierce", "torn", "restore", "merge")
        flags = (self.is_plain, self.is_fierce, self.is_torn, self.may_restore, self.may_merge)
        return " ".join(
            [
                self.profile,
                f"laptops={len(self.laptops)}",
                *(n for n, f in zip(names, flags, strict=True) if f),
            ]
        )


_WEIGHTS = {
    "draft": 3,
    "sign": 6,
    "refer": 3,
    "task": 5,
    "plan": 4,
    "withdraw": 3,
    "hold": 2,
    "release": 1,
    "send_now": 6,
    "correct": 2,
    "settle": 3,
    "resend": 3,
    "stranger": 1,
    "match": 3,
    "queue_missing": 1,
    "chart": 1,
    "sync": 2,
    "take_round": 4,
    "wait": 8,
    "kill": 3,
    "kill_at_call": 5,
    "leave": 2,
    "turn_journal": 2,
    "turn_line": 3,
    "turn_storm": 6,
    "turn_clock": 1,
    "turn_pages": 2,
    "turn_lag": 1,
    "fill_disk": 2,
    "colleague": 6,
    "delete": 3,
    "withhold": 1,
}
_WEIGHTS |= {
    "sign_in_a_storm": 7,
    "lose_a_note": 2,
    "refer_at_once": 3,
    "sign_over_a_clock": 2,
    "change_beside_a_colleague": 3,
    "lose_the_ground": 2,
    "withheld_round": 2,
    "round_by_small_pages": 3,
    "news_in_a_storm": 2,
    "round_by_a_fast_clock": 2,
    "match_twice": 2,
}
# Every other seed is a fierce one: nothing is quiet between the faults.
_FIERCE = _WEIGHTS | {"kill": 7, "kill_at_call": 8, "turn_clock": 3, "fill_disk": 4, "send_now": 9, "sign": 8}


def draw(seed: int) -> tuple[Setting, list[Step]]:
    """Return what a seed is; the same for ever."""
    chance = random.Random(seed)
    profile, is_plain = chance.choices(((FULL, False), (FULL, True), (EPIC, False)), (50, 18, 32))[0]
    setting = Setting(
        seed=seed,
        profile=profile,
        laptops=chance.choice(((0,), (0, 1), (0, 2), (0, 1, 2), (0, 1))),
        is_plain=is_plain,
        is_fierce=seed % 2 == 1,
        is_torn=chance.random() < 0.3,
        may_restore=chance.random() < 0.12,
        may_merge=chance.random() < 0.08,
    )
    weights = dict(_FIERCE if setting.is_fierce else _WEIGHTS)
    if setting.is_torn:
        weights["power"] = 8
    if setting.may_restore:
        weights |= {"backup": 4, "restore": 3, "lose_the_last_hour": 6}
    if setting.may_merge:
        weights["merge"] = 2
    names = chance.choices(list(weights), list(weights.values()), k=STEPS)
    return setting, [Step(name, chance.choice(setting.laptops), chance.getrandbits(32)) for name in names]
