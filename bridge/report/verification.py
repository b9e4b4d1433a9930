"""What `--json` prints of a verification."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, JsonValue

from bridge.model import Verification
from bridge.report.interchange import held_by_utf8, json_of


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True)


class RepeatedPart(_Part):
    """A message that the org has more than once."""

    key: str
    ids: tuple[str, ...]
    """Salesforce ids, oldest first."""
    ours: int
    """How many of them the integration user inserted."""


class DifferencePart(_Part):
    """A field that the org holds otherwise than it was sent."""

    key: str
    salesforce_id: str
    field: str
    sent: JsonValue
    found: JsonValue


class VerificationDocument(_Part):
    """What the org itself answers about the messages of a run."""

    format: Literal["bridge.verification/1"] = "bridge.verification/1"
    run_id: str
    proven: bool
    """Whether all that should be there is there once, as it was sent."""
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
    """Keys that this run did not bring there and that are there."""
    witnessed: tuple[str, ...]
    """Keys whose own row is gone, while the mapping's witness shows that it was there."""


def verification_document(verification: Verification) -> VerificationDocument:
    """Put a verification into the form of its JSON."""
    return VerificationDocument(
        run_id=verification.run_id,
        proven=verification.proven,
        once=verification.once,
        missing=tuple(map(held_by_utf8, verification.missing)),
        deleted=tuple(map(held_by_utf8, verification.deleted)),
        repeated=tuple(
            RepeatedPart(key=held_by_utf8(one.key), ids=one.ids, ours=one.ours)
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
