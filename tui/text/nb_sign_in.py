"""What is said when a sign-in fails, in bokmål, by the reason; the general words stand in `nb_trouble.py`."""

from __future__ import annotations

from client.auth.errors import SignInReason

_NOTHING = "Ingenting er lagret."

SIGN_IN_WORDS: dict[str, tuple[str, str, str]] = {
    SignInReason.METADATA: (
        "Journalens beskrivelse av innloggingen kan ikke brukes.",
        "Ingenting er sendt dit.",
        "Meld fra til systemansvarlig: feltjournal journals check.",
    ),
    SignInReason.DENIED: (
        "Innloggingen ble avbrutt eller avslått der.",
        _NOTHING,
        "Prøv igjen, og godkjenn at Feltjournal får tilgang.",
    ),
    SignInReason.STATE: (
        "Svaret hørte til en annen innlogging.",
        "Det er forkastet.",
        "Begynn på nytt.",
    ),
    SignInReason.ISSUER: (
        "Svaret kom fra et annet sted enn journalens innlogging.",
        "Det er forkastet, og ingenting er sendt dit.",
        "Meld fra til systemansvarlig straks.",
    ),
    SignInReason.REFUSED: (
        "Innloggingstjenesten godtok ikke Feltjournal.",
        _NOTHING,
        "Prøv igjen. Gjentar det seg: feltjournal journals check.",
    ),
    SignInReason.IDENTITY: (
        "Det er ikke bevist hvem som logget inn, eller journalen kjenner ikke den som gjorde det.",
        _NOTHING,
        "Prøv igjen. Gjentar det seg: meld fra til systemansvarlig.",
    ),
    SignInReason.EXPIRED: (
        "Innloggingen ble ikke fullført i tide.",
        _NOTHING,
        "Begynn på nytt når du er klar.",
    ),
    SignInReason.UNSUPPORTED: (
        "Denne journalen kan ikke logges inn i på den måten.",
        _NOTHING,
        "Velg en annen måte.",
    ),
}
"""What happened, what is safe, what to do next."""
