"""What a journal's TOML file names beside itself: keys, secrets and certificates, each read and tried."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from client.auth.assurance import Assurance
from client.auth.client_authentication import ClientAuthentication, KeyClient, PublicClient, SecretClient
from client.tls import NoAuthority, authority_context
from offline_cache.retention_policy import RetentionPolicy
from services.configured_journal import Backend, ConfiguredJournal
from services.idle_policy import IdlePolicy
from services.journal_problem import Problem, line_of
from services.setup import JournalAddress
from services.sign_in_terms import SignInTerms
from services.views import Environment, Way

if TYPE_CHECKING:
    from pathlib import Path

    from ports.disk import Disk
    from services.journal_form import BackendTable, JournalForm, PolicyTable, SignInTable


class Beside:
    """Reads what a form names beside it, and gathers what is wrong with that."""

    def __init__(self, folder: Path, disk: Disk, text: str) -> None:
        self._folder = folder
        self._disk = disk
        self._text = text
        self.problems: list[Problem] = []

    def journal(self, form: JournalForm) -> ConfiguredJournal:
        """Return what the form says; it counts only where no problem was found."""
        address = None
        if form.embedded:
            if form.environment != "training":
                self._tell("embedded-is-training", "environment")
            for name in _not_with_embedded(form):
                self._tell("not-with-embedded", name)
        else:
            address = self._address(form)
        policy = form.policy
        return ConfiguredJournal(
            title=form.name,
            environment=Environment(form.environment),
            address=address,
            is_epic=form.profile == "epic",
            no_cache=policy.no_cache,
            review_before_sending=policy.review_before_sending,
            clipboard=policy.clipboard,
            retention=RetentionPolicy(
                margin=timedelta(hours=policy.margin_hours), hard_end=timedelta(hours=policy.hard_end_hours)
            ),
            idle=self._idle(policy),
            backend=self._backend(form.backend) if form.backend else None,
            organisation=form.organisation.name if form.organisation else "",
            training=policy.training_journal,
        )

    def _idle(self, policy: PolicyTable) -> IdlePolicy:
        lock = timedelta(minutes=policy.lock_minutes)
        hide = timedelta(minutes=policy.hide_minutes) if policy.hide_minutes else min(IdlePolicy().hide, lock)
        if hide > lock:
            self._tell("hide-after-lock", "policy.hide_minutes", allowed=str(policy.lock_minutes))
            return IdlePolicy()
        return IdlePolicy(hide, lock)

    def _address(self, form: JournalForm) -> JournalAddress | None:
        for name in ("base", "sign_in"):
            if getattr(form, name) is None:
                self._tell("missing", name)
        if form.profile == "epic" and not form.patient_list:
            self._tell("epic-needs-list", "patient_list")
        if form.base is None or form.sign_in is None:
            return None
        wipe = form.policy.wipe_address or ""
        if wipe and not wipe.startswith((f"{form.base}/", f"{form.sign_in.issuer}/", *_origins(form))):
            self._tell("wipe-elsewhere", "policy.wipe_address")
        key = form.organisation.public_key if form.organisation else None
        return JournalAddress(
            form.name,
            form.base,
            form.sign_in.issuer,
            client_id=form.sign_in.client_id,
            environment=Environment(form.environment),
            organisation_key=self._organisation_key(key) if key else None,
            patient_list=form.patient_list,
            refuses_known_vitals=form.refuses_known_vitals,
            wipe_address=wipe,
            authority=self._authority(form.authority) if form.authority else b"",
            terms=self._terms(form.sign_in, tuple(form.policy.courses)),
        )

    def _terms(self, table: SignInTable, courses: tuple[str, ...]) -> SignInTerms:
        return SignInTerms(
            client=self._client(table),
            scopes=tuple(table.scopes or ()),
            is_bound=table.bound,
            prompt=table.prompt,
            redirect_host=table.redirect_host,
            ways=tuple(dict.fromkeys(Way(one) for one in table.ways)),
            courses=courses,
            assurance=self._assurance(table),
        )

    def _assurance(self, table: SignInTable) -> Assurance:
        """Return what a sign-in must be worth; a claim that is named for no level was meant for one."""
        if "level_claim" in table.model_fields_set and not table.level:
            self._tell("claim-without-level", "sign_in.level_claim")
        age = table.max_age_minutes
        return Assurance(tuple(table.level or ()), table.level_claim, age and age * 60)

    def _client(self, table: SignInTable) -> ClientAuthentication | None:
        """Return the client; a file that its kind does not use is told of, for it was meant to."""
        for kind in ("key", "secret"):
            if (getattr(table, kind) is not None) is not (table.client == kind):
                self._tell("client-and-file", f"sign_in.{kind}", allowed=table.client)
        if table.client == "key" and table.key is not None:
            return self._key_client(
                table.client_id, table.key, "sign_in.key", is_for_issuer=table.assertion_for == "issuer"
            )
        if table.client == "secret" and table.secret is not None:
            secret = (
                self._read(table.secret, "sign_in.secret", is_private=True).decode("utf-8", "replace").strip()
            )
            return SecretClient(table.client_id, secret)
        return PublicClient(table.client_id)

    def _backend(self, table: BackendTable) -> Backend:
        client = self._key_client(
            table.client_id, table.key, "backend.key", is_for_issuer=table.assertion_for == "issuer"
        )
        return Backend(client, tuple(table.scopes))

    def _key_client(self, client_id: str, name: str, place: str, *, is_for_issuer: bool) -> KeyClient:
        import msgspec
        from joserfc.errors import JoseError
        from joserfc.jwk import import_key

        text = self._read(name, place, is_private=True).decode("utf-8", "replace")
        if text:
            try:
                key = import_key(msgspec.json.decode(text, type=dict[str, str | list[str]]))
                if not key.is_private:
                    self._tell("public-half", place)
            except (JoseError, msgspec.MsgspecError, ValueError, KeyError, TypeError):
                self._tell("not-a-key", place)
        return KeyClient(client_id, text, is_for_issuer)

    def _authority(self, name: str) -> bytes:
        pem = self._read(name, "authority")
        if pem:
            try:
                authority_context(pem)
            except NoAuthority:
                self._tell("not-an-authority", "authority")
        return pem

    def _organisation_key(self, name: str) -> bytes | None:
        """Return the public half of an X25519 key (PEM)."""
        from cryptography.exceptions import UnsupportedAlgorithm
        from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey
        from cryptography.hazmat.primitives.serialization import load_pem_public_key

        pem = self._read(name, "organisation.public_key")
        if not pem:
            return None
        try:
            key = load_pem_public_key(pem)
        except (ValueError, UnsupportedAlgorithm):
            key = None
        if not isinstance(key, X25519PublicKey):
            self._tell("not-an-organisation-key", "organisation.public_key")
            return None
        return key.public_bytes_raw()

    def _read(self, name: str, place: str, *, is_private: bool = False) -> bytes:
        """Read a file beside the TOML file; one that holds a secret may be read by nobody else.

        An empty one is a fault: it would be as if nothing had been named, and then the system's authorities are trusted.
        """
        path = self._folder / name
        try:
            content = self._disk.read(path)
        except OSError:
            self._tell("missing-beside", place)
            return b""
        if not content.strip():
            self._tell("empty-beside", place)
            return b""
        if is_private and not self._disk.is_private(path):
            self._tell("exposed", place)
        return content

    def _tell(self, kind: str, place: str, allowed: str = "") -> None:
        self.problems.append(Problem(kind, place, line_of(self._text, place.split(".")), allowed))


def _not_with_embedded(form: JournalForm) -> list[str]:
    """Return the fields that are set and that the embedded journal would leave unused without a word."""
    is_set = {
        **{name: getattr(form, name) for name in ("base", "sign_in", "authority", "backend", "patient_list")},
        "profile": form.profile == "epic",
        "refuses_known_vitals": form.refuses_known_vitals,
        "organisation.public_key": form.organisation and form.organisation.public_key,
        "policy.wipe_address": form.policy.wipe_address,
        "policy.courses": form.policy.courses,
        "policy.training_journal": form.policy.training_journal,
    }
    return [name for name, is_there in is_set.items() if is_there]


def _origins(form: JournalForm) -> list[str]:
    """Return how an address on the origin of the journal, or of its sign-in, begins."""
    urls = [form.base, form.sign_in.issuer if form.sign_in else None]
    return [f"https://{urlsplit(url).netloc}/" for url in urls if url]
