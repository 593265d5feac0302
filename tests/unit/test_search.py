"""Search over the encrypted store: who is found by what, that the index follows its resource, and how it is built anew."""

from __future__ import annotations

import base64
import json
import re
import unicodedata
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from offline_cache import folding, schema, search_index
from offline_cache.folding import fold, words_of
from offline_cache.search_terms import terms_of
from tests.store_room import NOON, memory_store, resource, room_in

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from offline_cache.store import Store

NUMBER = "urn:oid:2.16.578.1.12.4.1.4.1"
GRADE = {
    "url": "http://feltjournal.example/fhir/StructureDefinition/adressebeskyttelse",
    "valueCode": "strengt-fortrolig",
}


@pytest.fixture
def store() -> Iterator[Store]:
    opened = memory_store()
    yield opened
    opened.close()


def person(
    family: str, *given: str, born: str = "1954-03-17", number: str = "", more: dict[str, Any] | None = None
) -> bytes:
    tree: dict[str, Any] = {"resourceType": "Patient", "name": [{"family": family, "given": list(given)}]}
    if number:
        tree["identifier"] = [{"system": NUMBER, "value": number}]
    return json.dumps({**tree, "birthDate": born, **(more or {})}).encode()


def note(text: str, **more: Any) -> bytes:
    attachment = {
        "contentType": "text/plain; charset=utf-8",
        "data": base64.b64encode(text.encode()).decode(),
    }
    tree = {"resourceType": "DocumentReference", "status": "current", "content": [{"attachment": attachment}]}
    return json.dumps({**tree, **more}).encode()


def put(store: Store, type_: str, id_: str, body: bytes, patient: str = "", generation: int = 1) -> None:
    store.resources.put(
        resource(type_, id_, body), patient=patient or id_, fetched_at=NOON, generation=generation
    )


def people(store: Store, text: str) -> list[str]:
    return [hit.patient for hit in store.search.patients(text)]


def notes(store: Store, text: str, patient: str = "") -> list[str]:
    return [hit.id for hit in store.search.notes(text, patient)]


@pytest.fixture
def ward(store: Store) -> Store:
    put(store, "Patient", "åse", person("Bøe", "Åse Marie", number="17835449837"))
    put(store, "Patient", "odd", person("Ødegård", "Odd", born="1938-01-02"))
    put(store, "Patient", "per", person("Sæther-Lie", "Per", born="2019-12-31", number="31921949837"))
    put(store, "Patient", "jose", person("O’Brien", "José", "Łukasz"))
    put(store, "Patient", "kari", person("Aasen", "Kari", born="1954"))
    return store


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("åse", ["åse", "kari"]),
        ("ÅSE", ["åse", "kari"]),
        ("aase", ["åse", "kari"]),
        ("ase", ["åse", "kari"]),
        ("åse bøe", ["åse"]),
        ("boe, åse", ["åse"]),
        ("bo mar", ["åse"]),
        ("mar bo", ["åse"]),
        ("marie", ["åse"]),
        ("Ødeg", ["odd"]),
        ("odegaard", ["odd"]),
        ("oedegaard", ["odd"]),
        ("saether", ["per"]),
        ("lie per", ["per"]),
        ("sæther-l", ["per"]),
        ("obrien", ["jose"]),
        ("o'brien jose", ["jose"]),
        ("lukasz", ["jose"]),
        ("åsen", ["kari"]),
        ("17835449837", ["åse"]),
        ("178354 49837", ["åse"]),
        (" 17 83 54 498 37 ", ["åse"]),
        ("178354", ["åse"]),
        ("17.03.1954", ["åse", "jose"]),
        ("17/3-54", ["åse", "jose"]),
        ("170354", ["åse", "jose"]),
        ("17031954", ["åse", "jose"]),
        ("1954-03-17", ["åse", "jose"]),
        ("170354 bøe", ["åse"]),
        ("31.12.19", ["per"]),
        ("bøe 1954", ["åse"]),
        ("rie", []),
        ("bøe kari", []),
        ("31.02.1954", []),
        ("", []),
        ("  ,.- ", []),
        ('" OR 1 --', []),
    ],
)
def test_a_patient_is_found_by(ward: Store, typed: str, found: list[str]) -> None:
    assert sorted(people(ward, typed)) == sorted(found)


def test_a_whole_word_comes_before_a_longer_one_and_then_by_name(store: Store) -> None:
    for id_, family in (("1", "Hansen"), ("2", "Hans"), ("3", "Hansson"), ("4", "Berg Hans")):
        put(store, "Patient", id_, person(family, "Ola"))
    assert people(store, "hans") == ["4", "2", "1", "3"]
    assert [hit.patient for hit in store.search.patients("hans", limit=2)] == ["4", "2"]


def test_one_patient_with_many_equal_words_fills_no_list(store: Store) -> None:
    put(store, "Patient", "1", person("A", *[f"Anna{n}" for n in range(60)]))
    put(store, "Patient", "2", person("Annaz", "B"))
    assert sorted(hit.patient for hit in store.search.patients("anna", limit=2)) == ["1", "2"]


@given(st.text(max_size=20), st.integers(0, 20))
def test_the_beginning_of_a_word_is_found_while_it_is_typed(text: str, cut: int) -> None:
    """For every beginning that is one word, so is what it folds to."""
    for word in text.split():
        assert fold(word).startswith(fold(word[:cut])), (word, cut)


def test_words_are_the_runs_of_letters_and_digits_of_the_folded_text_for_every_character() -> None:
    runs = re.compile(r"[^\W_]+")
    for code in range(0x3000):
        text = f"a{chr(code)}e o{chr(code)}"
        assert words_of(text) == runs.findall(fold(text)), hex(code)


_DIGRAPH = re.compile("a[ae]|oe")


@given(st.text(alphabet=st.one_of(st.characters(), st.sampled_from("æøåÅaeoØłþ’'ͤ̊")), max_size=30))
def test_letters_folded_by_kind_are_as_folded_one_by_one(text: str) -> None:
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(c for c in decomposed if not unicodedata.combining(c))
    letters = str.maketrans(folding._LETTERS)
    assert fold(text) == _DIGRAPH.sub(lambda two: two[0][0], bare.casefold().translate(letters))


@given(st.text(max_size=60))
def test_whatever_is_typed_gives_terms_and_no_error(text: str) -> None:
    store = SHARED
    assert all(term and all(term) for term in terms_of(text))
    store.search.patients(text)
    store.search.notes(text)


SHARED = memory_store()


def test_notes_put_at_one_go_are_found_as_they_were_put_last(store: Store) -> None:
    def come(*texts: tuple[str, str]) -> int:
        came = [resource("DocumentReference", id_, note(text)) for id_, text in texts]
        return store.resources.put_all(came, patient="p1", fetched_at=NOON, generation=1)

    assert come(("n1", "Såret er rødt"), ("n2", "Hælen er fin"), ("n2", "Hælen er rød"), ("n3", "")) == 4
    assert (notes(store, "hælen fin"), notes(store, "hælen rød"), notes(store, "såret")) == (
        [],
        ["n2"],
        ["n1"],
    )
    assert come(("n1", "Såret er rødt"), ("n2", "Foten er blå")) == 1
    assert (notes(store, "hælen"), notes(store, "foten", "p1"), notes(store, "såret")) == ([], ["n2"], ["n1"])
    assert notes(store, "foten", "p2") == []


def test_notes_are_found_by_their_decoded_text(store: Store) -> None:
    put(store, "DocumentReference", "n1", note("Såret på venstre hæl\n er rødt, 1,5 cm."), "p1")
    put(store, "DocumentReference", "n2", note("Blodtrykk målt. Hælen er fin."), "p2")
    put(store, "DocumentReference", "wrong", note("Hælen er borte", status="entered-in-error"), "p1")
    put(store, "Observation", "o1", b'{"note":"hael"}', "p1")
    assert sorted(notes(store, "hæl")) == ["n1", "n2"]
    assert sorted(notes(store, "HAEL")) == ["n1", "n2"]
    assert notes(store, "hæl", "p1") == ["n1"]
    assert notes(store, "hæl rødt") == ["n1"]
    assert notes(store, "venstre", "p2") == []
    assert notes(store, "") == []
    assert store.search.notes("rødt")[0].excerpt == "Såret på venstre hæl er rødt, 1,5 cm."


def test_an_owner_is_no_text_and_an_id_is_no_query(store: Store) -> None:
    put(store, "DocumentReference", "n1", note("abc"), "p.1-x")
    put(store, "DocumentReference", "n2", note("abc"), "p.1-y")
    assert notes(store, "abc", "p.1-x") == ["n1"]
    assert notes(store, b"p.1-x".hex()) == []
    assert notes(store, "abc", '" OR text:"abc') == []


def test_the_newest_note_comes_first(store: Store) -> None:
    for number, at in enumerate(("2026-01-01", "2026-03-01", "2026-02-01")):
        body = resource("DocumentReference", str(number), note(f"Prøve {'x' * 300}"))
        store.resources.put(
            type(body)(body.type, body.id, "1", at, body.body), patient="p", fetched_at=NOON, generation=1
        )
    assert notes(store, "prøve") == ["1", "2", "0"]
    assert len(store.search.notes("prøve")[0].excerpt) < 200


def leftovers(store: Store) -> int:
    """Return how many rows search has, counted in its own tables and in those that FTS5 keeps for itself."""
    words = store._engine.run("SELECT count(*) FROM search_word")[0][0]
    texts = store._engine.run("SELECT count(*) FROM search_note_content")[0][0]
    sizes = store._engine.run("SELECT count(*) FROM search_note_docsize")[0][0]
    return sum(int(str(n)) for n in (words, texts, sizes))


def fts_bytes(store: Store) -> bytes:
    rows = store._engine.run("SELECT block FROM search_note_data UNION ALL SELECT term FROM search_note_idx")
    return b"".join(block if isinstance(block, bytes) else str(block).encode() for (block,) in rows)


@pytest.mark.parametrize("how", ["remove", "sweep", "statement"])
def test_what_is_gone_is_not_to_be_found_nor_left_in_any_page(store: Store, how: str) -> None:
    """Fault: R7."""
    put(store, "Patient", "p1", person("Kvikkleire", "Unni"))
    put(store, "DocumentReference", "n1", note("kvikksølv funnet"), "p1")
    put(store, "DocumentReference", "n2", note("ingenting å melde"), "p1")
    assert leftovers(store) > 0
    assert b"kvikksolv" in fts_bytes(store)
    if how == "sweep":
        put(store, "DocumentReference", "n2", note("ingenting å melde"), "p1", generation=2)
        store.resources.sweep("p1", "DocumentReference", 2)
        store.resources.sweep("p1", "Patient", 2)
    elif how == "remove":
        store.resources.remove("DocumentReference", "n1")
        store.resources.remove("Patient", "p1")
    else:
        store._engine.run("DELETE FROM resource WHERE id <> 'n2'")
    assert people(store, "kvikk") == notes(store, "kvikk") == []
    assert notes(store, "ingenting") == ["n2"]
    assert b"kvikksolv" not in fts_bytes(store)
    store.resources.remove("DocumentReference", "n2")
    assert leftovers(store) == 0


def test_a_change_takes_the_old_words_away(store: Store) -> None:
    put(store, "Patient", "p1", person("Gammelnavn", "Unni"))
    put(store, "DocumentReference", "n1", note("gammel tekst"), "p1")
    put(store, "Patient", "p1", person("Nynavn", "Unni"))
    put(store, "DocumentReference", "n1", note("ny tekst"), "p2")
    assert people(store, "gammel") == notes(store, "gammel") == notes(store, "tekst", "p1") == []
    assert people(store, "nyn") == ["p1"]
    assert notes(store, "tekst", "p2") == ["n1"]


def test_the_index_is_rolled_back_with_its_resource(store: Store) -> None:
    class Lost(Exception):
        pass

    def half() -> None:
        with store.transaction():
            put(store, "Patient", "p1", person("Berg", "Unni"))
            put(store, "DocumentReference", "n1", note("tekst"), "p1")
            raise Lost

    with pytest.raises(Lost):
        half()
    assert leftovers(store) == 0


def test_an_address_of_a_graded_patient_is_in_no_index(store: Store) -> None:
    home: dict[str, Any] = {
        "address": [{"line": ["Hemmeligveien 1"], "city": "Gjemested"}],
        "telecom": [{"value": "99900111"}],
    }
    put(store, "Patient", "p1", person("Berg", "Unni", more={"extension": [GRADE], **home}))
    put(store, "Patient", "p2", person("Dal", "Pål", more=home))
    for word in ("hemmeligveien", "gjemested", "99900111"):
        assert people(store, word) == []
    rows = store._engine.run("SELECT word || line FROM search_word")
    assert not any("hemmelig" in str(row) or "gjemested" in str(row) for (row,) in rows)


def test_hostile_resources_are_kept_and_not_found(store: Store) -> None:
    put(store, "Patient", "1", b'{"name":"x","identifier":7,"birthDate":[]}')
    put(store, "Patient", "2", b'{"name":[{"family":["a"],"given":"b"},null]}')
    put(store, "Patient", "3", b"[1]")
    put(store, "DocumentReference", "4", b'{"content":[{"attachment":{"data":"!!"}},{"attachment":[]},3]}')
    put(store, "DocumentReference", "5", note("x" * 200_000 + " ende"))
    assert people(store, "a") == []
    assert notes(store, "ende") == ["5"]


def test_a_store_that_has_data_gets_its_index_when_it_is_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fault: U3."""
    room = room_in(tmp_path / "cache")
    store = room.store()
    put(store, "Patient", "p1", person("Berg", "Unni"))
    put(store, "DocumentReference", "n1", note("sårstell"), "p1")
    store._engine.run("DELETE FROM search_word")
    store._engine.run("DELETE FROM search_note")
    store.close()
    store = room.store(create=False)
    assert people(store, "berg") == []
    store.close()
    monkeypatch.setattr(search_index, "_FORM", b"2")
    store = room.store(create=False)
    assert people(store, "berg") == ["p1"]
    assert notes(store, "sår") == ["n1"]
    assert store._index.bring_up() == 0
    store.close()


def test_a_store_of_the_first_version_can_be_searched_after_the_step(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fault: U3."""
    room = room_in(tmp_path / "cache")
    monkeypatch.setattr(schema, "STEPS", schema.STEPS[:1])
    monkeypatch.setattr(search_index.SearchIndex, "put", lambda *_: None)
    monkeypatch.setattr(search_index.SearchIndex, "bring_up", lambda _: 0)
    store = room.store()
    for number in range(1203):
        put(store, "Patient", f"p{number}", person(f"Berg{number}", "Unni"))
    store.close()
    monkeypatch.undo()
    store = room.store(create=False)
    assert people(store, "berg1202 unni") == ["p1202"]
    assert len(store.search.patients("unni", limit=2000)) == 1203
    store.check()
    store.close()


def test_words_are_what_a_nurse_would_type() -> None:
    assert words_of("Sår på «hælen», 1,5 cm: d’Angelo/Løe") == [
        "sar",
        "pa",
        "halen",
        "1",
        "5",
        "cm",
        "dangelo",
        "lo",
    ]
