"""The words of searching for a patient and of emergency access, in bokmål."""

from __future__ import annotations

ACCESS_TEXT: dict[str, str] = {
    # the clipboard
    "copy.off": "Kopiering er slått av her: andre programmer kan lese utklippstavlen.",
    "copy.nothing": "Herfra kopieres ingenting. Det går fra 2 medisin, 3 måling og 4 notat.",
    "copy.too_long": "Teksten er for lang for utklippstavlen. Ingenting er kopiert.",
    "copy.done": "Kopiert, {n} tegn, og loggført. Tømmes {at}, og når skjermen skjules.",
    "copy.status": "utklipp til {at}",
    "search.place": "Søk i journalen",
    "search.about": "Fødselsnummer finner én. Navn kan finne flere; fødselsdato snevrer inn. Søket blir loggført.",
    "search.name": "Navn",
    "search.number": "Fødselsnummer",
    "search.birth_date": "Født dd.mm.åååå",
    "search.needs": "Skriv fødselsnummer eller navn.",
    "search.bad_date": "Skriv fødselsdatoen som dd.mm.åååå.",
    "search.asking": "Spør journalen …",
    "search.none": "Journalen fant ingen. Se over det du har skrevet, og søk igjen med F9.",
    "search.more": "Journalen har flere enn de som vises. Skriv fødselsdatoen også, og søk igjen med F9.",
    "search.found": "Se på navn, fødselsdato og nummer. Enter åpner den valgte.",
    "search.no_selection": "Ingen er valgt.",
    "search.opening": "Spør om du står i behandlerteamet, og henter journalen …",
    "emergency.place": "Nødtilgang",
    "emergency.about": "Pasienten er ikke på listen din, og du står ikke i behandlerteamet. Nødtilgang blir loggført før "
    "noe vises, sendt til journalen, og pasienten kan se den. Den går ut av seg selv, og journalen slettes da herfra.",
    "emergency.acute": "1  Akutt: fare for liv eller helse",
    "emergency.no-list": "2  Vikar uten tildelt liste",
    "emergency.consent": "3  Pasienten har sagt ja",
    "emergency.other": "4  Annet",
    "emergency.code": "Årsak 1-4",
    "emergency.words": "Hvorfor",
    "emergency.hours": "Timer 1-4",
    "emergency.opening": "Loggfører og henter journalen …",
    "emergency.until": "NØDTILGANG til {at}",
    "emergency.ended": "Nødtilgangen er over, og pasienten er slettet herfra. Det du har skrevet, er beholdt.",
    "address.hint": "a viser den, og det loggføres",
    "address.not_hidden": "Ingen skjult adresse her. En sperret adresse vises aldri; spør leder.",
    "help.search": "Søk i journalen",
    "help.emergency": "Nødtilgang",
}
