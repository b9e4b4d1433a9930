"""What `--json` prints of a verification."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from pydantic import BaseModel, ConfigDict, JsonValue

from bridge.model import Scope, Verification
from bridge.report.document import OrgPart, WindowPart
from bridge.report.interchange import held_by_utf8, json_of


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True)


class KeyOfObjectPart(_Part):
    """The field that makes a message of an object the same message."""

    object: str
    namespace: str
    field: str
    unique: bool
    """Whether the org itself refuses a second record with the same key."""


class RowPart(_Part):
    """A row of the org that carries a message."""

    id: str
    created_by: str
    """The id of the user who inserted it."""
    created_at: dt.datetime
    ours: bool
    """Whether that is the user as whom we write."""


class RepeatedPart(_Part):
    """A message that the org has more than once."""

    key: str
    ids: tuple[str, ...]
    """Salesforce ids, oldest first."""
    ours: int
    """How many of them the integration user inserted."""
    rows: tuple[RowPart, ...]
    """The same rows with who inserted each, and when."""


class DifferencePart(_Part):
    """A field that the org holds otherwise than it was sent."""

    key: str
    salesforce_id: str
    field: str
    sent: JsonValue
    found: JsonValue


class VerificationDocument(_Part):
    """What the org itself answers about messages: of a run, of a window, of all."""

    format: Literal["bridge.verification/1"] = "bridge.verification/1"
    scope: Scope
    run_id: str | None
    """Of the run that was named; null where the scope is none."""
    runs: int
    """How many runs the messages come from."""
    window: WindowPart | None
    """The run's, or the one that was named."""
    org: OrgPart
    keys: tuple[KeyOfObjectPart, ...]
    """Of the objects that have the messages; mostly one."""
    asked_at: dt.datetime
    asked_as: str
    """The user in the org who asked, and who sees what it may."""
    asked: int
    """How many keys: `once + missing + deleted + witnessed + repeated + in_doubt + absent +
    there_unsent`."""
    unreadable: int
    """Messages that could not be read when they were planned, so that they have no key."""
    proven: bool
    """Whether all that should be there is there once, as it was sent, and no row can be unseen."""
    unseen: str | None
    """Why a row may be there that the user who asked does not see; null where it sees them all, or
    where the org itself refuses a second row."""
    once: int
    """There exactly once, as they should be; the differing ones among them."""
    missing: tuple[str, ...]
    """Keys that should be there and are not."""
    deleted: tuple[str, ...]
    """Keys that were there and that somebody has put into the recycle bin."""
    repeated: tuple[RepeatedPart, ...]
    differing: tuple[DifferencePart, ...]
    in_doubt: tuple[str, ...]
    """Keys whose request gave no answer and is not settled."""
    absent: int
    """Held, refused or not sent, and not there."""
    there_unsent: tuple[str, ...]
    """Keys that were not brought there and that are there."""
    witnessed: tuple[str, ...]
    """Keys whose own row is gone, while the mapping's witness shows that it was there."""


def verification_document(verification: Verification) -> VerificationDocument:
    """Put a verification into the form of its JSON."""
    question = verification.question
    window = question.window
    return VerificationDocument(
        scope=question.scope,
        run_id=question.run_id,
        runs=question.runs,
        window=None
        if window is None
        else WindowPart(
            from_time=window.from_time,
            till_time=window.till_time,
            zone=window.zone,
            words=question.window_words,
        ),
        org=OrgPart(
            id=question.org_id,
            name=held_by_utf8(question.org_name),
            sandbox=question.sandbox,
            instance_url=question.instance_url,
        ),
        keys=tuple(
            KeyOfObjectPart(
                object=key.object, namespace=key.namespace, field=key.field, unique=key.unique
            )
            for key in question.keys
        ),
        asked_at=question.asked_at,
        asked_as=question.username,
        asked=verification.asked,
        unreadable=question.unreadable,
        proven=verification.proven,
        unseen=held_by_utf8(question.unseen) or None,
        once=verification.once,
        missing=tuple(map(held_by_utf8, verification.missing)),
        deleted=tuple(map(held_by_utf8, verification.deleted)),
        repeated=tuple(
            RepeatedPart(
                key=held_by_utf8(one.key),
                ids=one.ids,
                ours=one.ours,
                rows=tuple(
                    RowPart(
                        id=row.id,
                        created_by=row.created_by,
                        created_at=row.created_at,
                        ours=row.ours,
                    )
                    for row in one.rows
                ),
            )
            for one in verification.repeated
        ),
        differing=tuple(
            DifferencePart(
                key=held_by_utf8(one.key),
                salesforce_id=one.salesforce_id,
                field=one.field,
                sent=json_of(one.sent),
                found=json_of(one.found),
            )
            for one in verification.differing
        ),
        in_doubt=tuple(map(held_by_utf8, verification.in_doubt)),
        absent=verification.absent,
        there_unsent=tuple(map(held_by_utf8, verification.there_unsent)),
        witnessed=tuple(map(held_by_utf8, verification.witnessed)),
    )
