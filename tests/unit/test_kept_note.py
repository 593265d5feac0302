"""A note that keeps what lost a conflict speaks of fields as the screen does: no path, no code system, no id."""

from __future__ import annotations

from offline_cache.merge_choice import KeptText
from services.field_names import field_name
from services.kept_note import kept_lines


def lines(*said: tuple[str, str]) -> list[str]:
    """Return the lines for paths and texts."""
    return kept_lines([KeptText(path, text) for path, text in said])


def test_fields_and_values_are_in_words() -> None:
    assert lines(
        ("status", "failed"),
        ("statusReason.text", "Sov [tungt]."),
        ('activity[id="a1"].detail.description', "Fotstell"),
        ("executionPeriod.end", "2026-11-24T07:12:00Z"),
        ("basedOn.x", "y"),
    ) == [
        "Status: ikke utført",
        "Grunn: Sov [tungt].",
        "Tiltak · beskrivelse: Fotstell",
        "Utført · til: 24.11.2026 08:12",
        "Annet: y",
    ]


def test_codes_that_have_their_words_beside_them_are_left_out() -> None:
    coding = "activity.detail.code.coding"
    coded = [(f"{coding}.system", "http://snomed.info/sct"), (f"{coding}.code", "225358003")]
    assert lines(*coded) == ["Tiltak · hva: 225358003"]
    assert lines(*coded, (f"{coding}.display", "Sårstell")) == ["Tiltak · hva: Sårstell"]


def test_no_field_is_called_by_a_name_of_fhir() -> None:
    assert field_name("") == field_name("intent") == "annet"
    assert field_name("component.valueQuantity.value") == "delverdier · verdi"
    assert field_name("extension.valueQuantity") == "verdi"
