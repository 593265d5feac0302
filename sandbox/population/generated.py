"""People made up from a seed, beside the built-in ones: the same seed makes the same people.

This is the one place of the embedded journal that draws chance, and only from its own seed: nothing here is secret
and nothing here is an id that must be unique in the world.
"""

from __future__ import annotations

import random
from decimal import Decimal
from typing import TYPE_CHECKING

from sandbox.population.life import AllergyState, Life, Medicine, Plan, Step, Visit, Vitals, Warned
from sandbox.population.trend import course

if TYPE_CHECKING:
    from collections.abc import Iterator

_WOMEN = (
    "Astrid",
    "Gunvor",
    "Bjørg",
    "Turid",
    "Kirsten",
    "Åse",
    "Randi",
    "Eldbjørg",
    "Sissel",
    "Torunn",
    "Liv",
    "Hjørdis",
)
_MEN = (
    "Arne",
    "Knut",
    "Leif",
    "Øyvind",
    "Sverre",
    "Asbjørn",
    "Kåre",
    "Torbjørn",
    "Egil",
    "Finn",
    "Håkon",
    "Steinar",
)
_FAMILIES = (
    "Aas",
    "Bjørnstad",
    "Dahl",
    "Eggen",
    "Fossum",
    "Grønli",
    "Haugan",
    "Iversen",
    "Jenssen",
    "Kvam",
    "Lundemo",
    "Myhre",
    "Nygård",
    "Opdal",
    "Prestmo",
    "Rønning",
    "Stokkan",
    "Tiller",
    "Ulstad",
    "Voll",
    "Øien",
    "Åsheim",
)
_STREETS = (
    "Innherredsveien",
    "Jarleveien",
    "Lade allé",
    "Persaunvegen",
    "Brøsetvegen",
    "Jonsvannsveien",
    "Strindvegen",
)
_PROBLEMS = (
    ("T90", "Diabetes mellitus type 2"),
    ("K86", "Hypertensjon"),
    ("K74", "Iskemisk hjertesykdom"),
    ("P70", "Demens"),
    ("L89", "Koksartrose"),
    ("K90", "Hjerneslag"),
)
_MEDICINES = (
    Medicine("A10BA02", "Metformin", "Metformin 500 mg", "1 tablett morgen og kveld"),
    Medicine("C09AA05", "Ramipril", "Ramipril 5 mg", "1 tablett morgen"),
    Medicine("C10AA01", "Simvastatin", "Simvastatin 40 mg", "1 tablett kveld"),
    Medicine("N02BE01", "Paracetamol", "Paracet 500 mg", "2 tabletter ved behov", as_needed="smerter"),
)
_TASKS = (
    "Gi multidose morgen",
    "Måle NEWS2",
    "Måle blodsukker",
    "Legge dosett",
    "Hjelpe med dusj",
    "Tilberede frokost",
    "Ta på støttestrømper",
    "Skifte bandasje",
)
_WARNINGS = (
    Warned("hund", "Hund i huset."),
    Warned("fall", "Fallfare."),
    Warned("nokkel", "Nøkkel i nøkkelskapet."),
)
_WEIGHTS_1 = (3, 7, 6, 1, 8, 9, 4, 5, 2)
_WEIGHTS_2 = (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)


def generated_lives(count: int, seed: int, taken: frozenset[str]) -> Iterator[Life]:
    """Yield so many invented people; no number among `taken`, and none twice."""
    chance = random.Random(seed)  # noqa: S311  a population, not a secret
    used = set(taken)
    for position in range(count):
        yield _life(chance, position, seed, used)


def _life(chance: random.Random, position: int, seed: int, used: set[str]) -> Life:
    is_woman = chance.random() < 0.6
    born = (chance.randint(1928, 1962), chance.randint(1, 12), chance.randint(1, 28))
    tasks = tuple(chance.sample(_TASKS, chance.randint(1, 4)))
    first = _vitals(chance)
    return Life(
        key=f"generated-{seed}-{position}",
        number=_number(chance, born, used, is_woman=is_woman),
        family=chance.choice(_FAMILIES),
        given=chance.choice(_WOMEN if is_woman else _MEN),
        gender="female" if is_woman else "male",
        born=f"{born[0]}-{born[1]:02}-{born[2]:02}",
        street=f"{chance.choice(_STREETS)} {chance.randint(1, 120)}",
        postal=f"{chance.choice((7041, 7042, 7043, 7044, 7046))} Trondheim",
        phone=f"+47 00 01 {position // 100 % 100:02} {position % 100:02}",
        access=f"{chance.randint(1, 4)}. etasje.",
        household="Bor alene." if chance.random() < 0.7 else "Bor med ektefelle.",
        allergy_state=chance.choice(
            (AllergyState.NONE_KNOWN, AllergyState.NOT_ASKED, AllergyState.NOTHING_RECORDED)
        ),
        warnings=tuple(chance.sample(_WARNINGS, chance.randint(0, 2))),
        problems=tuple(chance.sample(_PROBLEMS, chance.randint(1, 3))),
        medicines=tuple(chance.sample(_MEDICINES, chance.randint(1, 4))),
        plan=Plan("Annet/legedelegert", "Bo trygt hjemme", (Step(tasks[0], "hver dag"),)),
        measured=course(first, _vitals(chance), (14, 7, 1)),
        visits=(Visit(10 + (position * 25) % 400, chance.choice((10, 15, 20, 30)), tasks[0], tasks),),
    )


def _vitals(chance: random.Random) -> Vitals:
    return Vitals(
        rr=chance.randint(12, 22),
        spo2=chance.randint(93, 99),
        systolic=chance.randint(105, 165),
        diastolic=chance.randint(60, 95),
        pulse=chance.randint(55, 105),
        temperature=Decimal(chance.randint(360, 379)) / 10,
    )


def _number(chance: random.Random, born: tuple[int, int, int], used: set[str], *, is_woman: bool) -> str:
    """Return an unused synthetic number (month + 80) with both check digits right."""
    year, month, day = born
    while True:
        individual = chance.randrange(0, 500, 2) + (0 if is_woman else 1)
        number = _checked(f"{day:02}{month + 80:02}{year % 100:02}{individual:03}")
        if number and number not in used:
            used.add(number)
            return number


def _checked(nine: str) -> str:
    """Return the number with its check digits; empty where there are none."""
    first = -sum(w * int(d) for w, d in zip(_WEIGHTS_1, nine, strict=True)) % 11
    ten = f"{nine}{first}"
    if first == 10:  # no such digit
        return ""
    second = -sum(w * int(d) for w, d in zip(_WEIGHTS_2, ten, strict=True)) % 11
    return "" if second == 10 else f"{ten}{second}"  # no such digit
