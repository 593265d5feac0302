"""A journal's TOML file: what is right is read whole, and every fault is told with its line and its field."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from joserfc.jwk import ECKey

from cli import journals_words as words
from client.auth.assurance import Assurance
from client.auth.client_authentication import KeyClient, PublicClient, SecretClient
from ports.disk import SystemDisk
from services.idle_policy import IdlePolicy
from services.journal_file import FILE, read_journal_file
from services.journal_problem import JournalFileFault, Problem
from services.journals import TEMPLATES, Journals, template_text
from services.sign_in_terms import SCOPES
from services.trouble import Trouble, TroubleCode
from services.views import Environment, Way
from tests.contract.certificates import throw_away_certificate

if TYPE_CHECKING:
    from pathlib import Path

GOOD = """\
name = "Prøvejournalen"
environment = "test"
base = "https://journal.example/fhir"

[sign_in]
issuer = "https://innlogging.example"
client_id = "feltjournal"
"""
_KEY = ECKey.generate_key("P-384", {"kid": "ours"})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with every kind of file that a journal may name."""
    disk = SystemDisk()
    disk.replace(tmp_path / "key.json", json.dumps(_KEY.as_dict(private=True)).encode())
    disk.replace(tmp_path / "public.json", json.dumps(_KEY.as_dict(private=False)).encode())
    disk.replace(tmp_path / "secret", b"hemmelig\n")
    public = X25519PrivateKey.from_private_bytes(bytes(range(32))).public_key()
    pem = public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    disk.replace(tmp_path / "organisation.pem", pem)
    disk.replace(tmp_path / "ca.pem", throw_away_certificate(tmp_path).read_bytes())
    return tmp_path


def problems(folder: Path, text: str) -> list[Problem]:
    (folder / FILE).write_text(text, "utf-8")
    with pytest.raises(JournalFileFault) as fault:
        read_journal_file(folder / FILE, SystemDisk())
    assert not any(line in str(fault.value) for line in text.splitlines() if line)
    assert all(words.faulty(fault.value))
    return fault.value.problems


def test_a_short_file_is_enough(folder: Path) -> None:
    (folder / FILE).write_text(GOOD, "utf-8")
    read = read_journal_file(folder / FILE, SystemDisk())
    address = read.address
    assert address is not None
    assert (read.title, read.environment) == ("Prøvejournalen", Environment.TEST)
    assert (address.base_url, address.issuer) == (
        "https://journal.example/fhir",
        "https://innlogging.example",
    )
    assert (address.embedded_key, address.authority, address.organisation_key) == (None, b"", None)
    assert address.terms.client == PublicClient("feltjournal")
    assert address.terms.assurance == Assurance()
    assert (address.scopes, address.terms.ways) == (SCOPES, (Way.BROWSER, Way.DEVICE))


def test_all_that_may_stand_in_it_is_read(folder: Path) -> None:
    (folder / FILE).write_text(
        GOOD.replace("base =", 'authority = "ca.pem"\nprofile = "epic"\npatient_list = "Group/1"\nbase =')
        + """client = "key"
key = "key.json"
assertion_for = "token"
scopes = ["openid", "launch"]
ways = ["device"]
bound = true
prompt = "consent"
redirect_host = "localhost"

[backend]
client_id = "prøve"
key = "key.json"
scopes = ["system/Patient.rs"]

[organisation]
name = "Prøvekommunen"
number = "987654321"
public_key = "organisation.pem"

[policy]
no_cache = true
review_before_sending = true
margin_hours = 2
hard_end_hours = 24
wipe_address = "https://innlogging.example/policy/wipe"
courses = ["hjemmetjeneste"]
""",
        "utf-8",
    )
    read = read_journal_file(folder / FILE, SystemDisk())
    address = read.address
    assert address is not None
    assert isinstance(address.terms.client, KeyClient)
    assert not address.terms.client.is_for_issuer
    assert (address.patient_list, len(address.organisation_key or b"")) == ("Group/1", 32)
    assert b"CERTIFICATE" in address.authority
    assert (address.terms.is_bound, address.terms.prompt, address.terms.ways) == (
        True,
        "consent",
        (Way.DEVICE,),
    )
    assert (address.terms.courses, address.terms.redirect_host) == (("hjemmetjeneste",), "localhost")
    assert address.wipe_address == "https://innlogging.example/policy/wipe"
    assert (read.retention.margin, read.retention.hard_end) == (timedelta(hours=2), timedelta(hours=24))
    assert (read.no_cache, read.review_before_sending, read.organisation) == (True, True, "Prøvekommunen")
    assert read.backend is not None
    assert read.backend.scopes == ("system/Patient.rs",)


def test_what_a_sign_in_must_be_worth_is_read(folder: Path) -> None:
    text = GOOD + 'level = ["a", "b"]\nlevel_claim = "amr"\nmax_age_minutes = 60\n'
    (folder / FILE).write_text(text, "utf-8")
    address = read_journal_file(folder / FILE, SystemDisk()).address
    assert address is not None
    assert address.terms.assurance == Assurance(("a", "b"), "amr", 3600)


def test_a_secret_is_read_from_its_file_and_shown_nowhere(folder: Path) -> None:
    (folder / FILE).write_text(GOOD + 'client = "secret"\nsecret = "secret"\n', "utf-8")
    address = read_journal_file(folder / FILE, SystemDisk()).address
    assert address is not None
    assert address.terms.client == SecretClient("feltjournal", "hemmelig")
    assert "hemmelig" not in repr(address)


def test_the_embedded_journal_needs_no_address(folder: Path) -> None:
    (folder / FILE).write_text(template_text("sandbox"), "utf-8")
    assert read_journal_file(folder / FILE, SystemDisk()).address is None


@pytest.mark.parametrize("told", [True, False])
def test_a_journal_refuses_known_vitals_only_where_the_file_says_so(folder: Path, *, told: bool) -> None:
    line = "refuses_known_vitals = true\n" if told else ""
    (folder / FILE).write_text(GOOD.replace("base =", f"{line}base ="), "utf-8")
    read = read_journal_file(folder / FILE, SystemDisk())
    assert read.address is not None
    assert read.address.refuses_known_vitals is told


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ('profile = "epic"\npatient_list = "Group/1"\n', "profile"),
        ('patient_list = "Group/1"\n', "patient_list"),
        ("refuses_known_vitals = true\n", "refuses_known_vitals"),
        ('[policy]\ncourses = ["hjemmetjeneste"]\n', "policy.courses"),
        ('[policy]\nwipe_address = "https://journal.example/wipe"\n', "policy.wipe_address"),
        ('[organisation]\nname = "x"\npublic_key = "organisation.pem"\n', "organisation.public_key"),
    ],
)
def test_what_the_embedded_journal_does_not_heed_is_a_fault(folder: Path, more: str, field: str) -> None:
    found = problems(folder, template_text("sandbox") + more)
    assert ("not-with-embedded", field) in [(one.kind, one.field) for one in found]


@pytest.mark.parametrize(
    ("bend", "with_", "kind", "field", "line"),
    [
        ('environment = "test"', 'environment = "prod"', "literal_error", "environment", 2),
        ('environment = "test"\n', "", "missing", "environment", 0),
        ("https://journal", "http://journal", "https", "base", 3),
        ("https://journal", "https://kari@journal", "https", "base", 3),
        ("/fhir", "/fhir?x=1", "https", "base", 3),
        ("/fhir", "/a/../fhir", "https", "base", 3),
        ("journal.example", "journal example", "https", "base", 3),
        ("journal.example", "[journal", "https", "base", 3),
        ("https://innlogging", "http://innlogging", "https", "sign_in.issuer", 6),
        ('client_id = "feltjournal"', "client_id = 7", "string_type", "sign_in.client_id", 7),
        ('client_id = "feltjournal"\n', "", "missing", "sign_in.client_id", 5),
        ('client_id = "feltjournal"', 'klient = "feltjournal"', "extra_forbidden", "sign_in.klient", 7),
        ("feltjournal", "<klient-id>", "placeholder", "sign_in.client_id", 7),
        ("base =", 'authority = "../ca.pem"\nbase =', "file-name", "authority", 3),
        ("base =", 'patient_list = "Patient/1"\nbase =', "patient-list", "patient_list", 3),
        ("base =", 'profile = "epic"\nbase =', "epic-needs-list", "patient_list", 0),
        ("base =", "verify_tls = false\nbase =", "extra_forbidden", "verify_tls", 3),
        ("base =", 'authority = "secret"\nbase =', "not-an-authority", "authority", 3),
        ("base =", 'authority = "none.pem"\nbase =', "missing-beside", "authority", 3),
        ("base =", "embedded = true\nbase =", "not-with-embedded", "base", 4),
        ("base =", "embedded = true\nbase =", "embedded-is-training", "environment", 2),
    ],
)
def test_a_fault_has_its_line_and_its_field(
    folder: Path, bend: str, with_: str, kind: str, field: str, line: int
) -> None:
    found = problems(folder, GOOD.replace(bend, with_, 1))
    assert (kind, field, line) in [(one.kind, one.field, one.line) for one in found]
    assert words._OTHER not in " ".join(words.faulty(JournalFileFault(found)))


@pytest.mark.parametrize(
    ("policy", "hide", "lock"),
    [("", 2, 10), ("hide_minutes = 1\nlock_minutes = 5\n", 1, 5), ("lock_minutes = 1\n", 1, 1)],
)
def test_when_to_hide_and_to_lock_is_read(folder: Path, policy: str, hide: int, lock: int) -> None:
    """Who locks after a minute and says no more hides after one."""
    SystemDisk().replace(folder / FILE, f"{GOOD}[policy]\n{policy}".encode())
    read = read_journal_file(folder / FILE, SystemDisk())
    assert read.idle == IdlePolicy(timedelta(minutes=hide), timedelta(minutes=lock))


def test_a_limit_that_is_passed_is_named(folder: Path) -> None:
    found = problems(folder, f"{GOOD}[policy]\nlock_minutes = 31\nmargin_hours = -1\n")
    said = "\n".join(words.faulty(JournalFileFault(found)))
    assert "policy.lock_minutes: er for høyt; 30 er det meste" in said
    assert "policy.margin_hours: er for lavt; 0 er det minste" in said


@pytest.mark.parametrize(
    ("more", "kind", "field", "line"),
    [
        ('client = "key"\n', "client-and-file", "sign_in.key", 5),
        ('client = "key"\nkey = "public.json"\n', "public-half", "sign_in.key", 9),
        ('client = "key"\nkey = "secret"\n', "not-a-key", "sign_in.key", 9),
        ('key = "key.json"\n', "client-and-file", "sign_in.key", 8),
        ("ways = []\n", "too_short", "sign_in.ways", 8),
        ('ways = ["sms"]\n', "literal_error", "sign_in.ways", 8),
        ("level = []\n", "too_short", "sign_in.level", 8),
        ('level = ["a b"]\n', "one-word", "sign_in.level", 8),
        ('level_claim = "amr"\n', "claim-without-level", "sign_in.level_claim", 8),
        ("max_age_minutes = 0\n", "greater_than_equal", "sign_in.max_age_minutes", 8),
        ('bound = "ja"\n', "bool_type", "sign_in.bound", 8),
        ("[policy]\nhard_end_hours = 100\n", "less_than_equal", "policy.hard_end_hours", 9),
        ("[policy]\nmargin_hours = -1\n", "greater_than_equal", "policy.margin_hours", 9),
        ("[policy]\nlock_minutes = 31\n", "less_than_equal", "policy.lock_minutes", 9),
        ("[policy]\nlock_minutes = 0\n", "greater_than_equal", "policy.lock_minutes", 9),
        ("[policy]\nhide_minutes = 11\nlock_minutes = 30\n", "less_than_equal", "policy.hide_minutes", 9),
        ("[policy]\nlock_minutes = 1\nhide_minutes = 2\n", "hide-after-lock", "policy.hide_minutes", 10),
        ("[policy]\nlock = 1\n", "extra_forbidden", "policy.lock", 9),
        ('[policy]\nwipe_address = "https://evil.example/w"\n', "wipe-elsewhere", "policy.wipe_address", 9),
        (
            '[organisation]\nname = "x"\npublic_key = "ca.pem"\n',
            "not-an-organisation-key",
            "organisation.public_key",
            10,
        ),
        ('[organisation]\nname = "x"\nnumber = "12"\n', "organisation-number", "organisation.number", 10),
        ("[backend]\n", "missing", "backend.key", 8),
    ],
)
def test_a_fault_in_a_table_has_its_line_and_its_field(
    folder: Path, more: str, kind: str, field: str, line: int
) -> None:
    found = problems(folder, GOOD + more)
    assert (kind, field, line) in [(one.kind, one.field, one.line) for one in found]
    assert words._OTHER not in " ".join(words.faulty(JournalFileFault(found)))


@pytest.mark.parametrize(
    ("text", "field"),
    [
        (GOOD.replace("base =", 'authority = "empty"\nbase ='), "authority"),
        (GOOD + 'client = "key"\nkey = "empty"\n', "sign_in.key"),
        (GOOD + 'client = "secret"\nsecret = "empty"\n', "sign_in.secret"),
        (GOOD + '[organisation]\nname = "x"\npublic_key = "empty"\n', "organisation.public_key"),
    ],
)
def test_an_empty_file_is_not_taken_for_none(folder: Path, text: str, field: str) -> None:
    """Else every authority of the system would be trusted where one was named, and nothing be sealed."""
    for content in (b"", b"\n"):
        SystemDisk().replace(folder / "empty", content)
        found = problems(folder, text)
        assert [(one.kind, one.field) for one in found] == [("empty-beside", field)]


def test_a_key_that_others_may_read_is_refused(folder: Path) -> None:
    (folder / "key.json").chmod(0o644)
    found = problems(folder, GOOD + 'client = "key"\nkey = "key.json"\n')
    assert found == [Problem("exposed", "sign_in.key", 9)]


@pytest.mark.parametrize(
    ("text", "kind", "line"),
    [
        pytest.param("a = " + "[" * 30_000, "not-toml", 0, id="nested"),
        ('name = "x\n', "not-toml", 1),
        ("a = 1\na = 2\n", "not-toml", 2),
        ("a = [\n\n", "not-toml", 3),
    ],
)
def test_what_is_no_toml_says_where(folder: Path, text: str, kind: str, line: int) -> None:
    assert problems(folder, text) == [Problem(kind, line=line)]


def test_what_is_no_utf8_says_where(folder: Path) -> None:
    (folder / FILE).write_bytes(b'name = "x"\nbase = "\xf8"\n')
    with pytest.raises(JournalFileFault) as fault:
        read_journal_file(folder / FILE, SystemDisk())
    assert fault.value.problems == [Problem("not-utf-8", line=2)]


@pytest.mark.parametrize("template", [one for one in TEMPLATES if one != "sandbox"])
def test_a_template_lacks_what_it_says_and_nothing_else(folder: Path, template: str) -> None:
    text = template_text(template)
    assert {one.kind for one in problems(folder, text)} == {"placeholder"}
    number = re.sub(r'number = "<[^<>]+>"', 'number = "987654321"', text)
    filled = re.sub(r"<[^<>]+>", "prove.example", number)
    for name in ("organisation-key.pem", "client-key.json"):
        source = "organisation.pem" if name.startswith("organisation") else "key.json"
        SystemDisk().replace(folder / name, (folder / source).read_bytes())
    (folder / FILE).write_text(filled, "utf-8")
    read = read_journal_file(folder / FILE, SystemDisk())
    assert read.address is not None
    assert read.is_epic is (template == "epic")
    assert read.address.terms.is_bound is (template == "helseid")
    assert read.address.terms.assurance.levels == (("4",) if template == "helseid" else ())


def test_what_is_added_is_taken_with_all_it_names(folder: Path, tmp_path: Path) -> None:
    disk = SystemDisk()
    (folder / FILE).write_text(GOOD + 'client = "key"\nkey = "key.json"\n', "utf-8")
    journals = Journals(tmp_path / "journals", disk)
    journals.add("prove", folder / FILE)
    for one in folder.glob("*.json"):
        one.unlink()
    assert journals.names() == ["prove"]
    address = journals.read("prove").address
    assert address is not None
    assert isinstance(address.terms.client, KeyClient)
    assert disk.is_private(tmp_path / "journals" / "prove" / "key.json")


def test_a_name_is_taken_once_and_never_for_the_embedded_journal(folder: Path, tmp_path: Path) -> None:
    (folder / FILE).write_text(GOOD, "utf-8")
    journals = Journals(tmp_path / "journals", SystemDisk())
    journals.add("prove", folder / FILE)
    for name, kind in (
        ("prove", "name-taken"),
        ("innebygd", "bad-name"),
        ("../x", "bad-name"),
        ("", "bad-name"),
    ):
        with pytest.raises(JournalFileFault) as fault:
            journals.add(name, folder / FILE)
        assert fault.value.problems == [Problem(kind)]
    journals.add("prove", folder / FILE, replaces=True)


def test_a_key_that_lies_where_one_would_go_is_not_written_over(folder: Path, tmp_path: Path) -> None:
    disk = SystemDisk()
    (folder / FILE).write_text(GOOD + 'client = "key"\nkey = "key.json"\n', "utf-8")
    there = tmp_path / "journals" / "prove" / "key.json"
    disk.replace(there, b"the only copy of another key")
    journals = Journals(tmp_path / "journals", disk)
    with pytest.raises(JournalFileFault) as fault:
        journals.add("prove", folder / FILE)
    assert fault.value.problems == [Problem("beside-taken")]
    assert words._OTHER not in " ".join(words.faulty(fault.value))
    assert (there.read_bytes(), journals.names()) == (b"the only copy of another key", [])
    journals.add("prove", folder / FILE, replaces=True)
    assert there.read_bytes() == (folder / "key.json").read_bytes()
    (there.parent / FILE).unlink()
    journals.add("prove", folder / FILE)  # what is there already is no other file


def test_a_file_that_cannot_be_used_is_not_added(folder: Path, tmp_path: Path) -> None:
    (folder / FILE).write_text(GOOD.replace("https", "http", 1), "utf-8")
    journals = Journals(tmp_path / "journals", SystemDisk())
    with pytest.raises(JournalFileFault):
        journals.add("prove", folder / FILE)
    assert journals.names() == []


def test_a_journal_that_is_not_there_or_not_right_is_trouble(tmp_path: Path) -> None:
    journals = Journals(tmp_path / "journals", SystemDisk())
    with pytest.raises(Trouble) as none:
        journals.read("prove")
    assert (none.value.code, none.value.details) == (TroubleCode.NO_SUCH_JOURNAL, {"known": "innebygd"})
    journals.add_template("prove", "epic")
    with pytest.raises(Trouble) as bad:
        journals.read("prove")
    assert bad.value.code is TroubleCode.JOURNAL_FILE
    assert [(one.name, one.journal) for one in journals.list()] == [("prove", None)]
