"""The people that the general practitioner and the health station see; home care does not visit them."""

from __future__ import annotations

from decimal import Decimal

from sandbox.population.life import Allergy, AllergyState, Life, Medicine, NextOfKin, Note, Vitals
from sandbox.population.trend import course

D = Decimal

MARTE = Life(
    key="marte",
    number="17828849840",
    family="Lien",
    given="Marte",
    gender="female",
    born="1988-02-17",
    street="Vollabakken 2",
    postal="7030 Trondheim",
    phone="+47 00 00 00 09",
    zone="",
    allergies=(Allergy("Kodein", "Kvalme", atc="R05DA04"),),
    problems=(("N89", "Migrene"),),
    medicines=(
        Medicine(
            "N02CC01",
            "Sumatriptan",
            "Imigran 50 mg",
            "1 tablett ved anfall, inntil 2 i døgnet",
            as_needed="migreneanfall",
            since_days=60,
        ),
    ),
    measured=course(
        Vitals(14, 99, 122, 78, 70, D("36.7")), Vitals(14, 99, 124, 80, 68, D("36.6")), (60, 12), "13:00"
    ),
    notes=(
        Note(
            12,
            "13:20",
            "Konsultasjon",
            "Åtte anfall siste måned, to av dem med synsforstyrrelse før. Fører hodepinedagbok.",
            author="ingrid-berg",
        ),
    ),
)

EMIL = Life(
    key="emil",
    number="04902199778",
    family="Solberg",
    given="Emil",
    gender="male",
    born="2021-10-04",
    street="Rosenborg gate 20",
    postal="7014 Trondheim",
    phone="+47 00 00 00 10",
    zone="",
    allergy_state=AllergyState.NONE_KNOWN,
    weights=((400, D("13.4")), (30, D("17.2"))),
    notes=(
        Note(
            30,
            "10:00",
            "Firårskontroll",
            "Høyde 106 cm. Snakker i hele setninger, hinker på ett bein. Syn og hørsel uten anmerkning.",
            author="ingrid-berg",
        ),
    ),
    kin=(NextOfKin("Hanne Solberg", "mor", "MTH", "+47 00 00 01 10"),),
)

TERJE = Life(
    key="terje",
    number="11887349934",
    family="Eide",
    given="Terje",
    gender="male",
    born="1973-08-11",
    street="Nardobakken 7",
    postal="7032 Trondheim",
    phone="+47 00 00 00 11",
    zone="",
    allergy_state=AllergyState.NOT_ASKED,
    problems=(("L84", "Ryggsyndrom uten utstråling"),),
    medicines=(
        Medicine(
            "M01AE01",
            "Ibuprofen",
            "Ibux 400 mg",
            "1 tablett ved behov, inntil 3 ganger daglig",
            as_needed="ryggsmerter",
            since_days=10,
        ),
    ),
    measured=course(
        Vitals(14, 98, 138, 88, 74, D("36.6")), Vitals(14, 98, 134, 86, 72, D("36.5")), (10, 3), "14:00"
    ),
    notes=(
        Note(
            3,
            "14:15",
            "Konsultasjon",
            "Sykmeldt 50 % i to uker. Kan gjøre kontorarbeid med pauser.",
            author="ingrid-berg",
        ),
    ),
)

PRACTICE = (MARTE, EMIL, TERJE)
