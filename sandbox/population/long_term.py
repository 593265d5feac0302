"""The people that home care has visited for long. All are invented; the numbers cannot belong to anybody."""

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

_WEEKS = (28, 21, 14, 10, 7, 5, 3, 2, 1)
D = Decimal

SOLVEIG = Life(
    key="solveig",
    number="14834149894",
    family="Bakken",
    given="Solveig",
    gender="female",
    born="1941-03-14",
    street="Elgeseter gate 12",
    postal="7030 Trondheim",
    phone="+47 00 00 00 01",
    lock="E-lås Elgeseter 12, dør 201",
    household="Bor alene. Røyker ikke. Oksygenkonsentrator i stua.",
    access="2. etasje. E-lås på ytterdør og leilighet.",
    scale_two=True,
    allergies=(Allergy("Acetylsalisylsyre", "Bronkospasme", severe=True, atc="B01AC06", since="1998"),),
    warnings=(
        Warned("o2-brannfare", "Oksygen i hjemmet. Ingen åpen ild, ikke fete kremer ved nesekateteret."),
        Warned("fall", "Falt to ganger i høst, sist ved dørterskelen til badet."),
    ),
    problems=(
        ("R95", "Kronisk obstruktiv lungesykdom"),
        ("K86", "Hypertensjon"),
        ("P76", "Depressiv lidelse"),
    ),
    medicines=(
        Medicine(
            "R03BB04",
            "Tiotropium",
            "Spiriva Respimat 2,5 mikrog",
            "2 inhalasjoner hver morgen",
            route="inhalasjon",
        ),
        Medicine(
            "R03AC02",
            "Salbutamol",
            "Ventoline 0,1 mg/dose",
            "1–2 inhalasjoner ved behov, inntil 6 ganger daglig",
            as_needed="tung pust",
            route="inhalasjon",
        ),
        Medicine(
            "V03AN01",
            "Oksygen",
            "Oksygen, medisinsk gass",
            "1,5 l/min i nesekateter, minst 16 timer i døgnet",
            route="inhalasjon",
            since_days=90,
        ),
        Medicine("C09AA02", "Enalapril", "Renitec 10 mg", "1 tablett hver morgen"),
        Medicine("N06AB10", "Escitalopram", "Cipralex 10 mg", "1 tablett hver morgen", since_days=40),
    ),
    plan=Plan(
        "Respirasjon/sirkulasjon",
        "Oppdage forverring av kols tidlig, SpO2 88–92 % med oksygen",
        (
            Step("Måle NEWS2 med skala 2", "hver dag på dagvakt"),
            Step("Kontrollere oksygenkonsentrator og kateter", "hver dag"),
            Step("Veilede i inhalasjonsteknikk og leppepust", "to ganger i uka"),
        ),
    ),
    measured=course(
        Vitals(20, 90, 142, 78, 84, D("36.8"), oxygen=True),
        Vitals(22, 88, 138, 76, 92, D("37.1"), oxygen=True),
        _WEEKS,
    ),
    weights=((28, D("54.2")), (14, D("53.6")), (2, D("52.9"))),
    notes=(
        Note(
            1,
            "14:10",
            "Hjemmebesøk",
            "Tyngre i pusten enn i forrige uke ved gange til badet. Slim er gulere. SpO2 88 % på 1,5 l."
            " Har avtale med fastlegen om å ta prednisolonkur ved ytterligere forverring.",
        ),
        Note(
            6,
            "09:05",
            "Tilsyn fra fastlege",
            "NEWS2 skal skåres med SpO2 skala 2 (kronisk CO2-retensjon, påvist på sykehus)."
            " Mål 88–92 %. Send beskjed ved NEWS2 5 eller mer.",
            author="ingrid-berg",
        ),
    ),
    kin=(NextOfKin("Berit Bakken", "datter", "DAU", "+47 00 00 01 01"),),
    visits=(
        Visit(
            20,
            25,
            "NEWS2, inhalasjoner og kontroll av oksygen",
            (
                "Måle NEWS2 (skala 2)",
                "Gi morgenmedisin fra multidose",
                "Kontrollere oksygenkonsentrator",
                "Følge til badet",
            ),
        ),
    ),
)

ODD = Life(
    key="odd",
    number="02913649950",
    family="Hansen",
    given="Odd",
    middle="Berg",
    gender="male",
    born="1936-11-02",
    street="Nidarvegen 4 B",
    postal="7018 Trondheim",
    phone="+47 00 00 00 02",
    household="Bor med kona Gerd, som har nøkkel.",
    access="Ring på, kona åpner. Parkering i bakgården.",
    allergy_state=AllergyState.NONE_KNOWN,
    problems=(("K77", "Hjertesvikt"), ("K78", "Atrieflimmer"), ("U99", "Nyresvikt, moderat")),
    medicines=(
        Medicine("C03CA01", "Furosemid", "Furix 40 mg", "2 tabletter morgen, 1 tablett kl. 14", since_days=3),
        Medicine("C07AB02", "Metoprolol", "Selo-Zok 50 mg", "1 tablett morgen"),
        Medicine("B01AF02", "Apiksaban", "Eliquis 2,5 mg", "1 tablett morgen og kveld"),
        Medicine("C10AA05", "Atorvastatin", "Lipitor 20 mg", "1 tablett kveld"),
        Medicine("A12BA01", "Kaliumklorid", "Kaleorid 750 mg", "1 tablett morgen", since_days=3),
    ),
    plan=Plan(
        "Respirasjon/sirkulasjon",
        "Stabil vekt, under 82 kg, og ikke økende ødem",
        (
            Step("Veie før frokost", "hver dag"),
            Step("Gi multidose", "morgen og kveld"),
            Step("Vurdere ødem i leggene", "mandag og torsdag"),
        ),
    ),
    measured=course(
        Vitals(16, 96, 132, 80, 72, D("36.6")), Vitals(18, 95, 124, 74, 78, D("36.5")), _WEEKS, "08:35"
    ),
    weights=((28, D("80.4")), (14, D("81.7")), (7, D("83.0")), (3, D("82.6")), (1, D("81.9"))),
    notes=(
        Note(
            3,
            "13:20",
            "Endring av medisin",
            "Furosemid økt fra 1 til 2 tabletter morgen på grunn av vektøkning."
            " Kalium lagt til. Blodprøver om en uke.",
            author="ingrid-berg",
        ),
    ),
    kin=(NextOfKin("Gerd Hansen", "ektefelle", "WIFE", "+47 00 00 01 02"),),
    visits=(Visit(30, 15, "Multidose og vekt", ("Veie før frokost", "Gi multidose morgen")),),
)

RAGNHILD = Life(
    key="ragnhild",
    number="29874849837",
    family="Moen",
    given="Ragnhild",
    gender="female",
    born="1948-07-29",
    street="Klostergata 33",
    postal="7030 Trondheim",
    phone="+47 00 00 00 03",
    lock="E-lås Klostergata 33, dør 302",
    household="Bor alene med hunden Bamse.",
    access="3. etasje, nøkkel 17 og e-lås. Hunden kan låses inn på kjøkkenet.",
    allergies=(
        Allergy("Penisillin", "Anafylaksi", severe=True, atc="J01C", since="2011"),
        Allergy("Lateks", "Kontakteksem", since="2004"),
    ),
    warnings=(
        Warned("to-pleiere", "To pleiere ved forflytning fra seng."),
        Warned("hund", "Stor hund. Snill, men hopper opp."),
        Warned("nokkel", "Nøkkel 17 henger i nøkkelskapet på basen."),
    ),
    problems=(("S97", "Kronisk hudsår, venstre ankel"), ("K77", "Hjertesvikt"), ("K93", "Lungeemboli 2024")),
    medicines=(
        Medicine("B01AA03", "Warfarin", "Marevan 2,5 mg", "etter doseringskort, kveld", since_days=800),
        Medicine("C03CA01", "Furosemid", "Furix 40 mg", "2 tabletter morgen", since_days=1),
        Medicine("C09CA06", "Kandesartan", "Atacand 8 mg", "1 tablett morgen"),
        Medicine(
            "N02BE01",
            "Paracetamol",
            "Paracet 500 mg",
            "2 tabletter ved behov, inntil 3 ganger daglig",
            as_needed="smerter i ankelen",
        ),
    ),
    plan=Plan(
        "Hud/vev",
        "Såret på venstre ankel er tilhelet innen 12 uker",
        (
            Step("Skifte bandasje venstre ankel", "mandag, onsdag og fredag"),
            Step("Måle og beskrive såret", "hver onsdag"),
            Step("Legge dosett", "hver mandag"),
            Step("Måle NEWS2", "hver dag i en uke etter endret furosemid"),
        ),
    ),
    measured=course(Vitals(17, 96, 134, 80, 76, D("36.6")), Vitals(22, 95, 128, 77, 84, D("36.8")), _WEEKS),
    weights=((30, D("63.5")), (14, D("62.2")), (1, D("61.4"))),
    notes=(
        Note(
            1,
            "14:10",
            "Sårstell",
            "Såret er 3,2 × 2,1 cm, rent, lite sekresjon. Ny bandasje er lagt. Smerte 3 av 10 ved stell.",
        ),
        Note(
            2,
            "11:00",
            "Endring av medisin",
            "Furosemid økt fra 40 til 80 mg morgen. Be om NEWS2 daglig den neste uka.",
            author="ingrid-berg",
        ),
    ),
    kin=(NextOfKin("Nils Moen", "sønn", "SON", "+47 00 00 01 03"),),
    visits=(
        Visit(
            45,
            30,
            "Sår på venstre ankel skal stelles i dag",
            ("Måle NEWS2", "Skifte bandasje venstre ankel", "Legge dosett", "Gi multidose morgen"),
        ),
    ),
)

REIDUN = Life(
    key="reidun",
    number="08812949870",
    family="Moen",
    given="Reidun",
    gender="female",
    born="1929-01-08",
    street="Klostergata 35",
    postal="7030 Trondheim",
    phone="+47 00 00 00 04",
    lock="E-lås Klostergata 35",
    household="Bor alene. Trygghetsalarm.",
    access="1. etasje til høyre. E-lås. Banker du på, blir hun redd: ring først.",
    allergy_state=AllergyState.NONE_KNOWN,
    warnings=(
        Warned("hlr-minus", "HLR minus. Vedtatt av lege, drøftet med pasient og datter."),
        Warned("fall", "Fallfare. Rullator skal stå ved senga."),
    ),
    problems=(
        ("P70", "Demens, Alzheimers sykdom"),
        ("T05", "Ernæringsproblem hos voksen"),
        ("L95", "Osteoporose"),
    ),
    medicines=(
        Medicine("N06DX01", "Memantin", "Ebixa 10 mg", "1 tablett morgen"),
        Medicine("M05BA04", "Alendronat", "Fosamax 70 mg", "1 tablett hver søndag, fastende"),
        Medicine("A11CC05", "Kolekalsiferol", "Divisun 800 IE", "1 tablett morgen"),
    ),
    plan=Plan(
        "Ernæring",
        "Vekt over 48 kg",
        (
            Step("Tilberede og spise frokost sammen", "hver dag"),
            Step("Gi næringsdrikk", "to ganger daglig"),
            Step("Veie", "hver mandag"),
        ),
    ),
    measured=course(
        Vitals(15, 97, 138, 72, 70, D("36.4")),
        Vitals(17, 96, 122, 68, 92, D("36.6")),
        (28, 21, 14, 7, 1),
        "08:50",
    ),
    weights=((35, D("50.1")), (21, D("49.4")), (7, D("48.7")), (1, D("48.30"))),
    notes=(
        Note(
            2,
            "08:55",
            "Hjemmebesøk",
            "Spiste en halv skive og drakk næringsdrikk. Spurte flere ganger etter mannen sin."
            " Rolig da vi så i albumet.",
        ),
    ),
    kin=(NextOfKin("Inger Moen Dahl", "datter", "DAU", "+47 00 00 01 04"),),
    visits=(
        Visit(
            70,
            25,
            "Frokost, næringsdrikk og morgenmedisin",
            ("Tilberede frokost", "Gi næringsdrikk", "Gi multidose morgen"),
        ),
    ),
)

LONG_TERM = (SOLVEIG, ODD, RAGNHILD, REIDUN)
