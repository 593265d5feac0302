"""What is told about a synthetic person; the resources are made from it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from decimal import Decimal


class AllergyState(Enum):
    """What the chart says about allergies as a whole."""

    KNOWN = "known"  # the allergies that follow
    NONE_KNOWN = "none known"
    NOT_ASKED = "not asked"
    NOTHING_RECORDED = "nothing recorded"


@dataclass(frozen=True, slots=True)
class Allergy:
    """One allergy or intolerance."""

    substance: str
    reaction: str
    severe: bool = False
    atc: str = ""
    since: str = ""


@dataclass(frozen=True, slots=True)
class Medicine:
    """One line of the medication list."""

    atc: str
    substance: str
    product: str
    dose: str
    as_needed: str = ""  # the reason, when it is taken as needed
    since_days: int = 200
    route: str = "peroralt"


@dataclass(frozen=True, slots=True)
class Step:
    """An intervention of the care plan."""

    text: str
    often: str
    done: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """Care plan: the problem it is about, the goal and the steps."""

    title: str
    goal: str
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Vitals:
    """The seven values of NEWS2 with the diastolic pressure, and a weight; one reading."""

    rr: int
    spo2: int
    systolic: int
    diastolic: int
    pulse: int
    temperature: Decimal
    oxygen: bool = False
    acvpu: str = "A"


@dataclass(frozen=True, slots=True)
class Measured:
    """A reading so many days ago, at a time of day."""

    days_ago: int
    at: str
    vitals: Vitals


@dataclass(frozen=True, slots=True)
class Note:
    """A note in the chart; `author` is the id of a Practitioner."""

    days_ago: int
    at: str
    title: str
    text: str
    author: str = "olav-lie"


@dataclass(frozen=True, slots=True)
class Warned:
    """A warning flag: its code, and the text in full."""

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class NextOfKin:
    """Somebody close: name, how they are related, telephone."""

    name: str
    relation: str
    relation_code: str
    phone: str


@dataclass(frozen=True, slots=True)
class Visit:
    """A visit that is made in a shift; the tasks are what there is to do."""

    minutes_in: int
    length: int
    reason: str
    tasks: tuple[str, ...]
    shifts: tuple[str, ...] = ("dag", "kveld", "natt")
    cancelled: str = ""


@dataclass(frozen=True, slots=True)
class Life:
    """One synthetic person, whole."""

    key: str
    number: str
    family: str
    given: str
    gender: str
    born: str
    street: str
    postal: str
    phone: str
    middle: str = ""
    zone: str = "Sone Øst"
    lock: str = ""
    household: str = ""
    access: str = ""
    grade: str = ""
    scale_two: bool = False
    allergy_state: AllergyState = AllergyState.KNOWN
    allergies: tuple[Allergy, ...] = ()
    warnings: tuple[Warned, ...] = ()
    problems: tuple[tuple[str, str], ...] = ()  # ICPC-2 code and text
    medicines: tuple[Medicine, ...] = ()
    plan: Plan | None = None
    measured: tuple[Measured, ...] = ()
    weights: tuple[tuple[int, Decimal], ...] = ()  # days ago, kilograms
    notes: tuple[Note, ...] = ()
    kin: tuple[NextOfKin, ...] = ()
    visits: tuple[Visit, ...] = ()
