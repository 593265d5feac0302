"""The two lines that never leave the screen: who the patient is, the allergy state, the gravest warnings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clinical.age import age_on
from services.alert_flags import flags_of
from services.fhir_time import OSLO
from services.names import birth_date_of, gender_of, is_deceased, name_of, number_of
from services.views import Banner
from services.warnings import banner_words

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from services.allergies import Allergies
    from services.patient_file import PatientFile


def banner_of(file: PatientFile, allergies: Allergies, look_alikes: Sequence[str], now: datetime) -> Banner:
    """Return the banner; a Patient that is missing leaves the words for what is not known."""
    patient = file.patient.tree if file.patient is not None else {}
    family, given = name_of(patient)
    born = birth_date_of(patient)
    mark = file.sections.get("allergies")
    return Banner(
        patient_id=file.patient_id,
        family=family,
        given=given,
        birth_date=born,
        age=age_on(born, now.astimezone(OSLO).date()),
        gender=gender_of(patient),
        identity_number=number_of(patient),
        deceased=is_deceased(patient),
        allergy=allergies.state,
        allergy_worst=allergies.known[0].words if allergies.known else "",
        allergy_count=len(allergies.known),
        allergy_as_of=None if mark is None else mark.as_of,
        alerts=banner_words(flags_of(file)),
        look_alikes=tuple(look_alikes),
    )
