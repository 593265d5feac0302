"""THE registry of what a person can do: keys, words, help and why not. Bindings and help are made of it.

An action `visit.open` is carried out by `action_visit_open` of the screen or widget that binds its scope.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from offline_cache.states import EntryKind
from tui.action import Action, key_name
from tui.why_not import asks, changing, needs_decision, needs_right, needs_visit, online_only

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual.binding import BindingType


REGISTRY: tuple[Action, ...] = (
    Action("app.help", "f1", "hjelp", "Tastene som virker her, og hva de gjør.", "app"),
    Action(
        "app.lock", "f12", "lås", "Lås nå. Programmet startes på nytt og ber om PIN.", "app", is_first=True
    ),
    Action(
        "app.hide",
        "ctrl+l,f11",
        "skjul",
        "Skjul skjermen. Esc viser.",
        "app",
        is_in_line=False,
        is_first=True,
    ),
    Action(
        "app.quit",
        "ctrl+q,f10",
        "avslutt",
        "Avslutt. Sier fra om noe ikke er sendt.",
        "app",
        is_in_line=False,
    ),
    Action(
        "app.practise",
        "f7",
        "øv",
        "Mangler du et kurs, åpner denne øvingsjournalen i stedet.",
        "app",
        is_in_line=False,
        why_not=asks("why_not_practise"),
    ),
    Action("place.back", "escape", "tilbake", "Ett steg tilbake. Ingenting forkastes.", "back"),
    Action("place.choose", "enter", "velg", "Velg linjen.", "choose"),
    Action("visit.open", "enter", "åpne", "Åpne besøket.", "round", why_not=needs_visit),
    Action(
        "round.take",
        "t",
        "ta med runden",
        "Hent vaktens besøk og journalene til dem.",
        "round",
        why_not=changing(online_only),
        short="hent",
    ),
    Action(
        "vitals.record",
        "v",
        "måling",
        "Ny måling: NEWS2 med alle sju verdier.",
        "patient",
        why_not=changing(needs_right(EntryKind.NEWS2)),
    ),
    Action(
        "note.write",
        "n",
        "notat",
        "Nytt besøksnotat.",
        "patient",
        why_not=changing(needs_right(EntryKind.NOTE)),
    ),
    Action("outbox.show", "u", "utboks", "Alt du har signert, og hvor det er.", "outbox-link"),
    Action(
        "draft.save",
        "f2,ctrl+s",
        "lagre utkast",
        "Lagre utkastet nå. Det lagres også av seg selv.",
        "form",
        is_first=True,
        short="lagre",
    ),
    Action("draft.sign", "f9", "signer", "Se over og signer.", "form", is_first=True),
    Action(
        "draft.discard", "f4", "forkast", "Forkast utkastet. Ber om bekreftelse.", "form", is_in_line=False
    ),
    Action("field.next", "enter", "neste", "Neste felt.", "fields"),
    Action("field.previous", "shift+tab", "forrige", "Forrige felt.", "fields", is_in_line=False),
    Action("entry.show", "enter", "se", "Se hva som er signert.", "outbox", why_not=asks("why_not_show")),
    Action(
        "entry.hold",
        "h",
        "hold",
        "Hold den valgte tilbake, eller slipp den som er holdt.",
        "outbox",
        why_not=asks("why_not_hold"),
    ),
    Action(
        "entry.send",
        "a",
        "send nå",
        "Send uten å vente de 30 sekundene. En ukjent spørres det etter, eller den sendes på nytt etter advarsel.",
        "outbox",
        why_not=asks("why_not_send"),
    ),
    Action(
        "entry.withdraw",
        "b",
        "trekk tilbake",
        "Trekk tilbake det som ikke er sendt.",
        "outbox",
        why_not=asks("why_not_withdraw"),
        short="trekk",
    ),
    Action(
        "entry.correct",
        "e",
        "rett",
        "Rett den valgte med et nytt, datert utkast. Det som er sendt, slettes aldri.",
        "outbox",
        why_not=asks("why_not_correct"),
    ),
    Action(
        "conflict.open",
        "f8",
        "avgjør",
        "Avgjør en konflikt, felt for felt.",
        "outbox",
        why_not=asks("why_not_settle"),
    ),
    Action(
        "visit.review",
        "r",
        "se over",
        "Slipp det i besøket som venter på gjennomsyn.",
        "outbox",
        why_not=asks("why_not_review"),
    ),
    Action(
        "stranger.match",
        "p",
        "koble pasient",
        "Finn pasienten i journalen for det som er skrevet utenfor listen.",
        "outbox",
        why_not=asks("why_not_match"),
        short="koble",
    ),
    Action(
        "entry.there",
        "d",
        "den er der",
        "Oppgi journalens referanse til en ukjent som du har funnet der.",
        "outbox",
        is_in_line=False,
        why_not=asks("why_not_there"),
    ),
    Action(
        "receipts.queue",
        "m",
        "kø på nytt",
        "Se det journalen har mistet, og legg det i køen på nytt.",
        "outbox",
        is_in_line=False,
        why_not=asks("why_not_queue"),
    ),
    Action(
        "notice.seen",
        "l",
        "varsel sett",
        "Merk et varsel om dobbelt utført som sett.",
        "outbox",
        is_in_line=False,
        why_not=asks("why_not_notice"),
    ),
    Action("ask.confirm", "enter", "bekreft", "Gjør det som står i linjene over.", "asking"),
    Action("ask.leave", "escape", "tilbake, ingenting er gjort", "Lukk uten å gjøre noe.", "asking"),
    Action("choice.mine", "m", "mitt", "La mitt stå i feltet.", "conflict", why_not=asks("why_not_mine")),
    Action(
        "choice.theirs",
        "j",
        "journalens",
        "La journalens stå i feltet.",
        "conflict",
        why_not=asks("why_not_choose"),
    ),
    Action(
        "choice.both",
        "b",
        "begge",
        "La begge stå, der feltet kan ha to.",
        "conflict",
        why_not=asks("why_not_both"),
    ),
    Action(
        "choice.note",
        "n",
        "som notat",
        "La journalens stå, og behold mitt i et eget notat.",
        "conflict",
        why_not=asks("why_not_note"),
    ),
    Action(
        "conflict.sign",
        "f9",
        "signer",
        "Se over avgjørelsen og signer.",
        "conflict",
        why_not=asks("why_not_sign"),
    ),
    Action(
        "task.done",
        "x",
        "utført",
        "Kvitter at tiltaket er utført.",
        "tasks",
        why_not=asks("why_not_task"),
    ),
    Action(
        "task.not_done",
        "o",
        "ikke utført",
        "Skriv at tiltaket ikke ble utført, og hvorfor.",
        "tasks",
        why_not=asks("why_not_task"),
    ),
    Action(
        "sync.show",
        "s",
        "hentet og sendt",
        "Det som sist kom, det som gikk, og det som mangler.",
        "report-link",
        is_in_line=False,
    ),
    Action(
        "pin.change", "ctrl+p", "bytt PIN", "Bytt PIN-koden.", "round", is_in_line=False, why_not=changing()
    ),
    Action(
        "stranger.show",
        "p",
        "utenfor listen",
        "Pasient utenfor listen: skriv nå, og koble til riktig pasient når nettet er tilbake.",
        "round",
        is_in_line=False,
        why_not=changing(),
    ),
    Action(
        "patient.search",
        "slash",
        "søk pasient",
        "Søk i journalen etter en pasient som ikke står på listen.",
        "round",
        is_in_line=False,
        why_not=changing(online_only),
    ),
    Action("patients.ask", "f9", "søk", "Spør journalen. At du søkte, blir loggført.", "search"),
    Action(
        "found.choose",
        "enter",
        "velg",
        "Åpne pasienten, eller skriv hvorfor det haster.",
        "search",
        why_not=asks("why_not_choose"),
    ),
    Action(
        "emergency.begin",
        "f9",
        "nødtilgang",
        "Loggfør begrunnelsen og åpne pasienten for en tid.",
        "emergency",
    ),
    Action(
        "address.show",
        "a",
        "vis adresse",
        "Vis en skjult adresse. At du ser den, blir loggført først.",
        "pages",
        is_in_line=False,
        why_not=asks("why_not_address"),
    ),
    Action(
        "field.copy",
        "c",
        "kopier",
        "Legg medisinene, målingene eller siste notat på utklippstavlen i 30 sekunder. Det blir loggført først.",
        "pages",
        is_in_line=False,
        why_not=changing(asks("why_not_copy")),
    ),
    Action(
        "stranger.keep", "f9", "lagre og åpne", "Lagre det som er skrevet, og åpne pasienten.", "stranger"
    ),
    Action(
        "candidate.choose",
        "enter",
        "velg",
        "Velg pasienten; de tre siste sifrene skrives før noe kobles.",
        "match",
        why_not=asks("why_not_choose"),
    ),
    Action("candidates.ask", "r", "spør igjen", "Spør journalen på nytt hvem det kan være.", "match"),
    Action(
        "round.quit", "q", "avslutt", "Avslutt. Sier fra om noe ikke er sendt.", "round", is_in_line=False
    ),
    Action(
        "arrive.stop",
        "escape",
        "avbryt",
        "Avbryt innloggingen som venter, og velg på nytt. Ingenting er lagret.",
        "arrive",
        why_not=asks("why_not_stop"),
    ),
    Action("people.ask", "r", "spør igjen", "Spør journalen på nytt hvem som kan logge inn.", "sign-in"),
    Action("door.unlock", "enter", "lås opp", "Åpne lageret med PIN-koden.", "unlock"),
    Action(
        "door.aside",
        "f8",
        "legg til side",
        "Legg et lager som ikke kan åpnes, til side. Ingenting slettes.",
        "unlock",
        is_in_line=False,
        why_not=asks("why_not_aside"),
    ),
    Action("door.stay", "escape", "la ligge", "La lageret ligge der det er.", "unlock", is_in_line=False),
    Action("door.other", "f3", "annen bruker", "Logg inn mot journalen; også etter fem feil PIN.", "unlock"),
    Action("pin.keep", "enter", "neste og lagre", "Neste felt; på det siste lagres PIN-koden.", "pin"),
    Action("round.go_on", "enter", "vis runden", "Vis runden, også om noe mangler.", "take"),
    Action("medicines.show", "m", "medisin", "Medisinene til pasienten.", "patient", why_not=needs_visit),
    Action("page.front", "1", "forside", "Forsiden.", "pages", is_in_line=False),
    Action("page.medicines", "2", "medisin", "Medisinene.", "pages", is_in_line=False),
    Action("page.vitals", "3", "måling", "Målingene med utvikling.", "pages", is_in_line=False),
    Action("page.notes", "4", "notat", "Notatene i sin helhet.", "pages", is_in_line=False),
    Action("page.plan", "5", "tiltak", "Tiltaksplanen.", "pages", is_in_line=False),
    Action("page.critical", "6", "kritisk", "Kritisk informasjon i sin helhet.", "pages", is_in_line=False),
    Action(
        "spo2.scale",
        "f5",
        "skala",
        "Bytt SpO2-skala. Skala 2 krever legens vedtak.",
        "news2",
        why_not=needs_decision,
    ),
    Action("sign.confirm", "enter", "signer", "Signer det som står i linjene over.", "signing"),
    Action("sign.leave", "escape", "tilbake, ingenting er signert", "Lukk uten å signere.", "signing"),
)

_BY_ID = {action.id: action for action in REGISTRY}


def action(action_id: str) -> Action:
    """Return an action by its id."""
    return _BY_ID[action_id]


def actions_of(scopes: Iterable[str]) -> list[Action]:
    """Return the actions of these scopes, in the order of the registry."""
    wanted = set(scopes)
    return [one for one in REGISTRY if one.scope in wanted]


def bindings_for(*scopes: str) -> list[BindingType]:
    """Return the bindings of these scopes, for a class's `BINDINGS`."""
    return [one.binding() for one in actions_of(scopes)]


def help_rows(*scopes: str) -> list[tuple[str, str, str]]:
    """Return keys, label and help of each action, for the help page and the cheat sheet."""
    return [
        (", ".join(key_name(key) for key in one.keys.split(",")), one.label, one.help)
        for one in actions_of(scopes)
    ]
