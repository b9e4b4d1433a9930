from __future__ import annotations

from collections.abc import Iterator

from pydantic import BaseModel

from bridge.fixers import ids
from bridge.fixers.interface import Example, Fixer
from bridge.fixers.refusal import is_refused
from bridge.model import Change, Diagnosis, Kind, ObjectSchema, Record, Risk

_OWNER = "OwnerId"


class OwnerOptions(BaseModel, extra="forbid", frozen=True, strict=True):
    """Who owns a record whose own owner the org refuses."""

    default: ids.Id


REFUSED = frozenset(
    {
        "FIELD_INTEGRITY_EXCEPTION",
        "INACTIVE_OWNER_OR_USER",
        "INVALID_CROSS_REFERENCE_KEY",
        "OP_WITH_INVALID_USER_TYPE_EXCEPTION",
    }
)
"""Source: "StatusCode" in the SOAP API Developer Guide."""
_ABOUT_OWNERS = frozenset({"INACTIVE_OWNER_OR_USER", "OP_WITH_INVALID_USER_TYPE_EXCEPTION"})
"""Of these the owner is meant where the error says nothing else."""

_GONE = "005000000000001AAA"
_INACTIVE = Diagnosis(
    code="INACTIVE_OWNER_OR_USER",
    kind=Kind.ADMIN,
    message=f"operation performed with inactive user [{_GONE}] as owner of heroku message",
    value=_GONE,
    ids=(_GONE,),
)


class Owner(Fixer[OwnerOptions]):
    """Give a record to another owner where the org refuses its own.

    Problem: the user who owned what a message belongs to has left (`INACTIVE_OWNER_OR_USER`), is of
    a kind that can't own it (`OP_WITH_INVALID_USER_TYPE_EXCEPTION`), or is none
    (`INVALID_CROSS_REFERENCE_KEY` on OwnerId).

    Repair: `{default: id}` names a user or a queue that becomes the owner, as invented; only after
    the org refused the record's own owner. A record without an owner is left alone: the org makes
    whoever inserts it the owner.
    """

    name = "owner"
    risk = Risk.INVENTED
    Options = OwnerOptions
    examples = (
        Example(
            says="The owner has left.",
            options={"default": "005000000000009AAA"},
            before={"OwnerId": _GONE},
            after={"OwnerId": "005000000000009AAA"},
            diagnosis=_INACTIVE,
        ),
        Example(
            says="Nothing was said against this owner.",
            options={"default": "005000000000009AAA"},
            before={"OwnerId": _GONE},
            after={"OwnerId": _GONE},
        ),
        Example(
            says="The inactive user is another one: a trigger's matter.",
            options={"default": "005000000000009AAA"},
            before={"OwnerId": "005000000000002AAA"},
            after={"OwnerId": "005000000000002AAA"},
            diagnosis=_INACTIVE,
        ),
    )

    def fix(
        self, record: Record, schema: ObjectSchema, diagnosis: Diagnosis | None
    ) -> Iterator[Change]:
        field, value = schema.get(_OWNER), record.get(_OWNER)
        if (
            diagnosis is None
            or field is None
            or not value
            or ids.is_id_of(value, self.options.default)
        ):
            return
        if is_refused(field, record, schema, diagnosis, REFUSED) or _is_meant(diagnosis):
            yield Change(
                field=field.name,
                before=value,
                after=self.options.default,
                fixer=self.name,
                why="the org refuses the owner that the record names",
                risk=Risk.INVENTED,
            )


def _is_meant(diagnosis: Diagnosis) -> bool:
    """Whether an error that names nobody can be about nobody but the record's owner."""
    said = diagnosis.fields or diagnosis.ids or diagnosis.handler
    return diagnosis.code in _ABOUT_OWNERS and not said
