"""The words of hiding, locking and the PIN in bokmål, by id."""

from __future__ import annotations

LOCKING_TEXT: dict[str, str] = {
    # the curtain
    "hide.title": "Feltjournal",
    "hide.hidden": "Skjermen er skjult. Ingenting om pasienten vises.",
    "hide.saved": "Det du skrev, er lagret kryptert på maskinen.",
    "hide.not_saved": "▲ Det du skrev, kunne ikke lagres. Vis skjermen igjen og se hvorfor.",
    "hide.kept_nowhere": "Uten lager: det du skrev, er tapt når det låses.",
    "hide.locks": "Låses {at} om ingen viser den igjen. Da trengs PIN.",
    "hide.unsent": "▲ Låses ikke: signert arbeid er ikke sendt, og uten lager ville det gå tapt. Vis skjermen igjen.",
    "hide.keys": "Esc vis igjen   F12 lås",
    # several on one machine, and a PIN that was forgotten
    "doors.place": "Hvem er du?",
    "doors.choose": "Flere har lager på denne maskinen. Velg deg selv; det trengs ikke nett.",
    "doors.sign_in": "En annen: logg inn mot journalen",
    "unlock.forgotten": "Glemt PIN? F8 legger lageret til side, og du velger ny PIN. Ingenting slettes.",
    "unlock.forgotten_sealed": "{unsent} er usendt, og er forseglet: leder kan levere det (feltjournal seals export).",
    "unlock.forgotten_unsealed": "▲ {unsent} er usendt, og kan bare åpnes med den gamle PIN-koden. Meld fra først.",
    # after a wrong PIN
    "unlock.waits": "Neste forsøk tas imot fra {at}. Et som kommer før, blir ikke prøvd og teller ikke.",
    # the lease, before it bites
    "lease.told": "Uten nett vises pasientene til {ends}, og slettes herfra {hard}. Det du skriver, beholdes.",
    "lease.held": "{n} skulle vært slettet herfra, og venter på at det du har signert, blir sendt.",
    # another PIN
    "pin_change.place": "Bytt PIN",
    "pin_change.old": "PIN nå",
    "pin_change.new": "Ny PIN",
    "pin_change.again": "Ny PIN igjen",
    "pin_change.kept": "Det som er lagret, blir liggende som det er. Den gamle PIN-koden virker ikke etterpå.",
    "pin_change.done": "PIN-koden er byttet.",
    # after a lock
    "resume.here": "Tilbake der du var.",
}
