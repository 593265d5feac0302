"""Putting parts on the wire, together or one by one, and reading what the journal says of each."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from client.errors import ErrorKind, JournalError
from offline_cache.delivery_bundle import transaction_bundle, with_references
from offline_cache.same_content import is_same_work

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from client.capability import Capabilities
    from client.journal import JournalClient
    from client.resource import Resource
    from client.written import PartAnswer, Written
    from offline_cache.entries import PartRecord

IDENTIFIER_SYSTEM = "urn:ietf:rfc:3986"
"""The identifier system of what we create: a URI, here `urn:uuid:` and the part's own id (FHIR R4, identifier registry)."""

STALE = frozenset({404, 409, 410, 412})
"""Answers to an update that say: what you saw is not what there is."""

_CREATED = 201


@dataclass(frozen=True, slots=True)
class Named:
    """A part that the journal has, under the id that it gave. `kept` is its copy, where it showed one."""

    part: PartRecord
    server_id: str
    version_id: str
    status: int
    kept: bytes | None = field(default=None, repr=False)


@dataclass(slots=True)
class Sent:
    """What came of parts that were sent together."""

    named: list[Named] = field(default_factory=list)
    refused: JournalError | None = None
    stale: list[StalePart] = field(default_factory=list)


class StalePart(Exception):
    """An update whose base is not what the journal has now. `current` is what it has, where that was read already."""

    def __init__(self, part: PartRecord, status: int, current: Resource | None = None) -> None:
        super().__init__(f"stale {status}")
        self.part = part
        self.status = status
        self.current = current


class PartSending:
    """Sends; it keeps nothing. The outbox commits before each call what is on its way, and after it what was named."""

    def __init__(self, client: JournalClient) -> None:
        self._client = client

    async def together(self, parts: Sequence[PartRecord], known: Mapping[str, str]) -> Sent:
        """Send the parts as one transaction; each answer's own status counts, for not every journal rolls back."""
        answers = _sorted_out(parts, await self._client.transaction(transaction_bundle(parts, known)))
        sent = Sent()
        for part, answer in zip(parts, answers, strict=True):
            if answer.status in (200, 201) and (answer.id or part.is_update):
                await self._named(part, answer, sent)
            elif part.is_update and answer.status in STALE:
                sent.stale.append(StalePart(part, answer.status))
            else:
                refused = JournalError(
                    ErrorKind.REFUSED,
                    status=answer.status,
                    outcomes=answer.outcome,
                    may_be_applied=not 400 <= answer.status < 500,
                )
                if (
                    sent.refused is None or refused.may_be_applied
                ):  # a plain no to one hides no doubt about another
                    sent.refused = refused
        return sent

    async def _named(self, part: PartRecord, answer: PartAnswer, sent: Sent) -> None:
        there = answer.id or part.target_id
        if answer.type not in ("", part.type) or there in {
            (n.server_id) for n in sent.named if n.part.type == part.type
        }:
            raise not_ours("an answer that names another resource")
        if part.is_update and there != part.target_id:
            raise not_ours("an answer that names another resource")
        if not part.is_update and answer.status != _CREATED:
            await self._make_sure(part, there)
        sent.named.append(Named(part, there, answer.version_id, answer.status, answer.body))

    async def one(self, part: PartRecord, known: Mapping[str, str], can: Capabilities) -> Named:
        """Send one part alone.

        Raises:
            StalePart: an update whose base is not what the journal has.
        """
        if part.is_update:
            written = await self._update(part, part.body, can)
            return Named(part, part.target_id, written.version_id, written.status, written.body)
        body = with_references(part.body, part.op_id, known)
        condition = _condition(part) if can.conditional_create(part.type) else ""
        written = await self._client.create(part.type, body, if_none_exist=condition)
        if not written.created:
            await self._make_sure(part, written.id, written.body)
        return Named(part, written.id, written.version_id, written.status, written.body)

    async def _update(self, part: PartRecord, body: bytes, can: Capabilities) -> Written:
        """Replace the version that was seen. A journal without versions is asked first; what comes between is its risk (M12)."""
        try:
            if can.conditional_update(part.type) and part.base_version:
                return await self._client.update(part.type, part.target_id, body, if_match=part.base_version)
            current = await self._client.read(part.type, part.target_id)
            if not is_same_work(current.body, part.base_body):
                raise StalePart(part, 412, current)
            return await self._client.update(part.type, part.target_id, body, if_match="")
        except JournalError as error:
            if error.status in STALE:
                raise StalePart(part, error.status) from None
            raise

    async def _make_sure(self, part: PartRecord, server_id: str, body: bytes | None = None) -> None:
        """Read what the journal says it had already: one that overlooks the condition would name anything."""
        try:
            there = body or (await self._client.read(part.type, server_id)).body
        except JournalError as error:
            error.may_be_applied = True
            raise
        if not carries(there, part):
            raise not_ours("what the journal had is something else")


def _sorted_out(parts: Sequence[PartRecord], answers: list[PartAnswer]) -> list[PartAnswer]:
    """Return the answers in the order of the parts, where the copies in them show that they came in another (H17)."""
    if not any(answer.body for answer in answers):
        return answers
    left = list(answers)
    found: list[PartAnswer | None] = []
    for part in parts:
        mine = next((a for a in left if a.body and _is_of(a, part)), None)
        found.append(mine)
        if mine is not None:
            left.remove(mine)
    bare = [answer for answer in left if not answer.body]
    if len(bare) != len(left) or len(bare) != found.count(None):
        raise not_ours("a copy that is none of the parts")
    if (
        len(bare) != len(answers)
        and any(answer is not None and answer is not answers[n] for n, answer in enumerate(found))
        and bare
    ):
        raise not_ours("answers out of order, and not each can be told")
    rest = iter(bare)
    return [answer if answer is not None else next(rest) for answer in found]


def _is_of(answer: PartAnswer, part: PartRecord) -> bool:
    if part.is_update:
        return (answer.type, answer.id) == (part.type, part.target_id)
    return answer.body is not None and carries(answer.body, part)


def _condition(part: PartRecord) -> str:
    return f"identifier={IDENTIFIER_SYSTEM}|urn:uuid:{part.op_id}"


def carries(body: bytes, part: PartRecord) -> bool:
    """Tell whether a resource is the part: nothing else in the world bears its id."""
    return part.op_id.encode() in body


def not_ours(detail: str) -> JournalError:
    """Return the error for an acknowledgement of something else."""
    return JournalError(ErrorKind.WRONG_RESOURCE, may_be_applied=True, detail=detail)
