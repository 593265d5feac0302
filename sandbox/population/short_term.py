"""The people that home care visits for a while. All are invented; the numbers cannot belong to anybody."""

from __future__ import annotations

from decimal import Decimal

from sandbox.population.life import (
    Allergy,
    AllergyState,
    Life,
    Medicine,
    NextOfKin,
    Note,
    Plan,
    Step,
    Visit,
    Vitals,
    Warned,
)
from sandbox.population.trend import course

D = Decimal

TOR = Life(
    key="tor",
    number="21895549980",
    family="Sandvik",
    given="Tor",
    gender="male",
    born="1955-09-21",
    street="Gamle Kongevei 9",
    postal="7016 Trondheim",
    phone="+47 00 00 00 05",
    household="Bor alene.",
    access="Kodelås, koden ligger i nøkkelskapet. 4. etasje, heis.",
    allergy_state=AllergyState.NOT_ASKED,
    warnings=(Warned("smitte", "MRSA påvist i sår. Hansker, frakk og munnbind ved stell."),),
    problems=(
        ("R81", "Lungebetennelse, utskrevet fra sykehus for tre dager siden"),
        ("T90", "Diabetes mellitus type 2"),
    ),
    medicines=(
        Medicine(
            "J01CE02",
            "Fenoksymetylpenicillin",
            "Apocillin 660 mg",
            "2 tabletter 4 ganger daglig i 5 dager",
            since_days=3,
        ),
        Medicine("A10BA02", "Metformin", "Glucophage 1000 mg", "1 tablett morgen og kveld"),
    ),
    plan=Plan(
        "Respirasjon/sirkulasjon",
        "Ferdig behandlet for lungebetennelse uten ny innleggelse",
        (
            Step("Måle NEWS2", "morgen og kveld i fem dager"),
            Step("Måle blodsukker", "før frokost"),
        ),
    ),
    measured=course(
        Vitals(24, 92, 108, 64, 106, D("38.4")), Vitals(19, 95, 122, 72, 88, D("37.3")), (3, 2, 1), "09:55"
    ),
    notes=(
        Note(
            3,
            "15:40",
            "Utskrevet fra sykehus",
            "Kom hjem kl. 14. Slapp, men klarer seg i leiligheten. Allergier er ikke"
            " kartlagt ved innkomst: må spørres om.",
        ),
    ),
    visits=(
        Visit(
            120,
            20,
            "NEWS2 og blodsukker etter utskrivning",
            ("Måle NEWS2", "Måle blodsukker", "Spørre om allergier"),
        ),
        Visit(
            360,
            15,
            "Kveldsmåling",
            ("Måle NEWS2",),
            shifts=("dag",),
            cancelled="Avlyst: er hos broren til kvelden",
        ),
    ),
)

KRISTIAN = Life(
    key="kristian",
    number="05856249990",
    family="Aune",
    given="Kristian",
    gender="male",
    born="1962-05-05",
    street="St. Olavs gate 1",
    postal="7012 Trondheim",
    phone="+47 00 00 00 06",
    household="Bor med samboer og en katt.",
    access="Ring på, samboer åpner.",
    allergy_state=AllergyState.NOTHING_RECORDED,
    problems=(("D75", "Ondartet svulst i tykktarm, pakkeforløp A12"),),
    medicines=(
        Medicine("N02AA01", "Morfin", "Dolcontin 10 mg", "1 depottablett morgen og kveld", since_days=20),
        Medicine("A06AD65", "Makrogol", "Movicol", "1 pose morgen", since_days=20),
        Medicine(
            "A04AA01",
            "Ondansetron",
            "Zofran 4 mg",
            "1 tablett ved behov, inntil 3 ganger daglig",
            as_needed="kvalme",
            since_days=20,
        ),
    ),
    plan=Plan(
        "Smerte/søvn/velvære",
        "Smerte under 4 av 10 i hvile",
        (
            Step("Kartlegge smerte og kvalme", "hvert besøk"),
            Step("Skylle veneport", "hver fjerde uke"),
        ),
    ),
    measured=course(
        Vitals(16, 97, 118, 70, 82, D("36.9")), Vitals(17, 97, 112, 68, 88, D("37.0")), (14, 7, 1), "10:15"
    ),
    weights=((28, D("78.0")), (1, D("74.6"))),
    notes=(
        Note(1, "10:40", "Hjemmebesøk", "Smerte 3 av 10, kvalm om morgenen. Ny cellegiftkur på torsdag."),
    ),
    kin=(NextOfKin("Eva Strand", "samboer", "DOMPART", "+47 00 00 01 06"),),
    visits=(Visit(150, 25, "Smerte og kvalme før kur", ("Kartlegge smerte og kvalme", "Måle NEWS2")),),
)

ANNE = Life(
    key="anne",
    number="31924449678",
    family="Nordli",
    given="Anne",
    gender="female",
    born="1944-12-31",
    street="Hemmelig veg 1",
    postal="7000 Trondheim",
    phone="+47 00 00 00 07",
    grade="strengt-fortrolig",
    access="Kontakt leder før besøk.",
    allergies=(Allergy("Nikkel", "Kontakteksem", since="1990"),),
    problems=(("L90", "Gonartrose"), ("K86", "Hypertensjon")),
    medicines=(Medicine("C08CA01", "Amlodipin", "Norvasc 5 mg", "1 tablett morgen"),),
    plan=Plan(
        "Aktivitet/funksjon", "Går selv til postkassen", (Step("Trene med gåstol", "tre ganger i uka"),)
    ),
    measured=course(
        Vitals(15, 97, 146, 84, 72, D("36.5")), Vitals(16, 97, 142, 82, 74, D("36.6")), (21, 7, 2), "09:35"
    ),
    visits=(Visit(105, 20, "Trening og medisin", ("Gi morgenmedisin", "Trene med gåstol")),),
)

MAREK = Life(
    key="marek",
    number="41869049970",
    family="Kowalski",
    given="Marek",
    gender="male",
    born="1990-06-01",
    street="Bakklandet 51",
    postal="7013 Trondheim",
    phone="+47 00 00 00 08",
    household="Bor i kollektiv. Snakker polsk og engelsk.",
    access="Bakdør fra gårdsrommet, ring på telefon.",
    allergies=(Allergy("Jodkontrast", "Utslett", since="2022"),),
    problems=(("S10", "Abscess i høyre legg, operert"),),
    medicines=(
        Medicine(
            "J01FF01", "Klindamycin", "Dalacin 300 mg", "1 kapsel 3 ganger daglig i 10 dager", since_days=5
        ),
        Medicine(
            "N02BE01",
            "Paracetamol",
            "Paracet 500 mg",
            "2 tabletter ved behov, inntil 4 ganger daglig",
            as_needed="smerter",
            since_days=5,
        ),
    ),
    plan=Plan("Hud/vev", "Operasjonssåret er tilhelet", (Step("Skifte bandasje høyre legg", "hver dag"),)),
    measured=course(
        Vitals(14, 98, 126, 78, 88, D("37.8")), Vitals(13, 99, 124, 76, 70, D("36.7")), (5, 3, 1), "11:15"
    ),
    notes=(Note(1, "11:30", "Sårstell", "Såret granulerer fint. Telefontolk ble brukt."),),
    visits=(Visit(195, 20, "Stell av operasjonssår", ("Skifte bandasje høyre legg", "Måle NEWS2")),),
)

SHORT_TERM = (ANNE, TOR, KRISTIAN, MAREK)
