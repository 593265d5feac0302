"""What stands on the places, read without a terminal: whole, in words, danger first."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from offline_cache.states import EntryKind, EntryState
from services.health_personnel import CATEGORIES, category_word
from services.views import CacheKind, Connection, EntryRow, Environment, LastNews2, Note, Status
from tui.actions import REGISTRY
from tui.app import unsent_words
from tui.screens.help import PLACES, help_lines
from tui.screens.outbox_why import first_to_see
from tui.screens.patient_pages import brand_name, note_lines, titled
from tui.screens.place import status_words
from tui.text import format as fmt
from tui.text import nb
from tui.text.ink import Ink, Piece, plain, width_of
from tui.widgets.entry_line import entry_detail, outbox_counts
from tui.widgets.visit_detail import fitted, flow
from tui.widgets.visit_line import news2_cell

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)


def row(state: EntryState, entry_id: str = "e", ids: tuple[str, ...] = ()) -> EntryRow:
    """Return an entry of the outbox."""
    return EntryRow(
        entry_id,
        EntryKind.NOTE,
        "p",
        "NAVN",
        "1948",
        "",
        "Notat",
        state,
        0,
        1,
        NOW,
        NOW,
        NOW,
        NOW,
        "",
        "",
        ids,
    )


def status(connection: Connection, *, hours: float = 0, cache: CacheKind = CacheKind.PIN_ONLY) -> Status:
    """Return what line 1 is told."""
    as_of = NOW - timedelta(hours=hours)
    return Status(Environment.TRAINING, connection, NOW, as_of, 0, 0, cache, "Kari Nordmann")


@pytest.mark.parametrize(
    ("text", "why", "shown"),
    [
        ("Sår stelt.", "", ["Sår stelt."]),
        (
            "",
            "Formatet application/pdf kan ikke vises her",
            ["Teksten kan ikke vises: Formatet application/pdf kan ikke vises her"],
        ),
        (
            "Sår stelt.",
            "Formatet application/pdf kan ikke vises her",
            [
                "En del av dokumentet kan ikke vises: Formatet application/pdf kan ikke vises her",
                "Sår stelt.",
            ],
        ),
    ],
)
def test_text_stands_beside_what_cannot_be_shown(text: str, why: str, shown: list[str]) -> None:
    """A document in two forms: the one that is text is read, and the other is named."""
    lines = [
        plain(one).strip() for one in note_lines(Note("n", "Notat", text, NOW, "O. Lie", unreadable=why), 100)
    ]
    assert lines[1:] == shown


@pytest.mark.parametrize(
    ("brand", "shown"),
    [
        ("Furix 40 mg", "FURIX 40 mg"),
        ("Marevan 2,5 mg", "MAREVAN 2,5 mg"),
        ("Levaxin 50 mikrogram", "LEVAXIN 50 mikrogram"),
        ("Paracet", "PARACET"),
        ("Calcigran Forte 500 mg/800 IE", "CALCIGRAN FORTE 500 mg/800 IE"),
    ],
)
def test_a_brand_is_in_capitals_and_its_strength_is_not(brand: str, shown: str) -> None:
    """A unit in capitals is another unit (UX-10, UX-11)."""
    assert brand_name(brand) == shown


def test_title_time_and_author_share_a_line_when_they_fit() -> None:
    assert [plain(one) for one in titled("Notat", "22.11. 14:10 O. Lie", 44)] == [
        " Notat  22.11. 14:10 O. Lie"
    ]
    apart = [plain(one) for one in titled("Journalnotat · Sårstell", "22.11. 14:10 Olav Lie, sykepleier", 44)]
    assert apart == [" Journalnotat · Sårstell", "   22.11. 14:10 Olav Lie, sykepleier"]


def test_a_flow_never_runs_over_its_width() -> None:
    pieces = [
        Piece("0 av 4 gjort"),
        Piece("NEWS2 11 skala 1 ▲▲ KRITISK HØY 10:43", Ink.DANGER),
        Piece("slutt"),
    ]
    lines = flow(pieces, 37)
    assert max(width_of(one) for one in lines) <= 37
    assert "".join("".join(plain(one).split()) for one in lines).count("10:43") == 1


def test_what_does_not_fit_is_said() -> None:
    lines = [[Piece(str(number))] for number in range(5)]
    assert fitted(lines, 5) == lines
    assert [plain(one).strip() for one in fitted(lines, 3)] == ["0", "1", nb.text("round.more_detail")]


def test_a_score_without_a_scale_shows_none() -> None:
    assert "s" not in news2_cell(LastNews2(8, 0, NOW), NOW).text
    assert news2_cell(LastNews2(8, 2, NOW), NOW).text.startswith("8 s2")


def test_no_network_dominates_line_1() -> None:
    words = status_words(status(Connection.OFFLINE), NOW)
    assert words[0] == (" UTEN NETT ", "bold reverse")
    assert [text for text, _ in words if "PIN" in text] == []
    assert status_words(status(Connection.ONLINE), NOW)[0] == ("NETT", "")


def test_a_needed_sign_in_tells_how() -> None:
    first = status_words(status(Connection.SIGNED_OUT), NOW)[0][0]
    assert "LOGGET UT" in first
    assert first.index("F12") < first.index("F3")


def test_what_is_not_stored_is_said_also_without_network() -> None:
    words = status_words(status(Connection.OFFLINE, cache=CacheKind.NONE), NOW)
    assert ("uten lager", "") in words


@pytest.mark.parametrize(("hours", "said"), [(0.5, ""), (1, " (1 t)"), (3.9, " (3 t)"), (60, " (2 døgn)")])
def test_old_data_says_how_old(hours: float, said: str) -> None:
    """UX-25."""
    shown = dict(status_words(status(Connection.OFFLINE, hours=hours), NOW))
    data = next(text for text in shown if text.startswith("data"))
    assert data.endswith(said) if said else "(" not in data


def test_the_outbox_counts_what_needs_a_person_first_and_cuts_nothing() -> None:
    states = [state for state in EntryState if state is not EntryState.DRAFT]
    lines = [plain(one) for one in outbox_counts([row(state) for state in states], 80)]
    assert lines[0].startswith(" 1 konflikt · 1 avvist · 1 ukjent · 1 holdt")
    assert sum(one.count("1 ") for one in lines) == len(states)
    assert max(len(one) for one in lines) <= 80


def test_the_outbox_begins_on_what_needs_a_person_else_on_what_waits() -> None:
    done, waits, refused = (
        row(EntryState.DELIVERED, "a"),
        row(EntryState.SIGNED, "b"),
        row(EntryState.REFUSED, "c"),
    )
    assert first_to_see([done, refused, waits]) == "c"
    assert first_to_see([done, waits]) == "b"
    assert first_to_see([done]) == ""


def test_the_detail_of_an_entry_stays_short_and_says_what_to_do() -> None:
    many = tuple(f"Observation/{number}" for number in range(8))
    assert len(entry_detail(row(EntryState.DELIVERED, ids=many), 80, NOW)) == 3
    said = " ".join(plain(one) for one in entry_detail(row(EntryState.REFUSED), 80, NOW))
    assert "b trekker den tilbake" in said


def test_help_lists_every_action_by_its_place() -> None:
    bound = {scope for _, scopes in PLACES for scope in scopes} | {"app"}
    assert {action.scope for action in REGISTRY} <= bound
    said = " ".join(" ".join(plain(one).split()) for one in help_lines(("round",), 80))
    for action in REGISTRY:
        assert action.label.split(",")[0] in said
        assert " ".join(action.help.split()) in said
    assert max(width_of(one) for one in help_lines(("round",), 80)) <= 80
    assert "kun PIN" in said


def test_a_profession_is_a_word_and_never_its_code() -> None:
    assert category_word("SP") == "sykepleier"
    assert category_word("sykepleier") == "sykepleier"
    assert category_word("ZZ") == ""
    assert not any(word.isupper() for word in CATEGORIES.values())


def test_leaving_says_one_or_many_and_whether_it_is_kept() -> None:
    assert unsent_words(1, is_kept=True).startswith("1 signert oppføring er ikke i journalen. Den beholdes")
    assert unsent_words(2, is_kept=True).startswith("2 signerte oppføringer er ikke i journalen. De beholdes")
    assert "tapt" in unsent_words(1, is_kept=False)
    assert "tapt" in unsent_words(3, is_kept=False)


def test_a_sentence_begins_with_a_capital_and_keeps_the_rest() -> None:
    assert fmt.sentence("puls: hele tall") == "Puls: hele tall"
    assert fmt.sentence("SpO2: hele tall") == "SpO2: hele tall"
    assert fmt.sentence("") == ""
