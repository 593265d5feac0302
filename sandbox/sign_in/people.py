"""Who can sign in to the embedded journal."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Clinician:
    """A synthetic health worker; `id` is that of the sign-in and of the Practitioner."""

    id: str
    given: str
    family: str
    role: str
    category: str  # code of urn:oid:2.16.578.1.12.4.1.1.9060
    hpr: str
    courses: tuple[str, ...]

    @property
    def name(self) -> str:
        """The name as it is said."""
        return f"{self.given} {self.family}"

    @property
    def reference(self) -> str:
        """The local reference of the Practitioner."""
        return f"Practitioner/{self.id}"


CLINICIANS = (
    Clinician(
        "kari-nordmann", "Kari", "Nordmann", "sykepleier", "SP", "9999901", ("grunnkurs", "hjemmesykepleie")
    ),
    Clinician("olav-lie", "Olav", "Lie", "sykepleier", "SP", "9999902", ("grunnkurs", "hjemmesykepleie")),
    Clinician("ingrid-berg", "Ingrid", "Berg", "fastlege", "LE", "9999903", ("grunnkurs", "fastlege")),
)


def clinician(person_id: str) -> Clinician | None:
    """Return the clinician with that id."""
    return next((person for person in CLINICIANS if person.id == person_id), None)
