"""A patient's warnings in the order of gravity: CAVE, HLR, SMITTE, 2 PLEIERE, NAVN, and then the others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.alert_flags import CAVE_GRAVITY, LOOK_ALIKE_GRAVITY, flags_of
from services.views import Alert, Allergy

if TYPE_CHECKING:
    from collections.abc import Sequence

    from services.alert_flags import AlertFlag
    from services.allergies import Allergies
    from services.patient_file import PatientFile


def warnings_of(file: PatientFile, allergies: Allergies, look_alikes: Sequence[str]) -> tuple[Alert, ...]:
    """Return every warning, gravest first; two of one kind stay two."""
    alerts = [Alert(flag.kind.word, flag.text, flag.kind.gravity) for flag in flags_of(file)]
    if allergies.state is Allergy.KNOWN:
        text = "allergi " + ", ".join(allergy.words for allergy in allergies.known)
        alerts.append(Alert("CAVE", text, CAVE_GRAVITY))
    alerts.extend(Alert("NAVN", f"LIKT NAVN: {other}", LOOK_ALIKE_GRAVITY) for other in look_alikes)
    return tuple(sorted(alerts, key=lambda alert: -alert.gravity))


def banner_words(flags: Sequence[AlertFlag]) -> tuple[str, ...]:
    """Return the short words of the banner, each once: our own word for a flag, else the journal's."""
    return tuple(dict.fromkeys(flag.kind.short or flag.text for flag in flags))
