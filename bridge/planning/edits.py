"""Whether a message has changed at the source since it was planned or sent. Pure."""

from __future__ import annotations

from bridge.model import Held, HeldReason, ObjectSchema, Origin, Record, Value
from bridge.planning.mapping import MessageMapping

_BULK_NULL = "#N/A"


def edited_fields(
    mapping: MessageMapping,
    schema: ObjectSchema,
    before: tuple[Record, Origin | None],
    now: tuple[Record, Origin | None],
) -> tuple[str, ...]:
    """The fields of a message's content that GoTallo has otherwise than before.

    What came in the standard shape alone has other fields and forms than a record, so a message is
    compared only with what came in the same shape.

    Args:
        mapping: says which fields are the content.
        schema: of the object.
        before: the record as GoTallo had it, under the org's names, and where it was read from.
        now: the same, of today.

    Returns:
        Names for people, without the package's prefix, in alphabetical order.
    """
    (old, old_origin), (new, new_origin) = before, now
    if (old_origin is Origin.STANDARD) is not (new_origin is Origin.STANDARD):
        return ()
    names = {*old, *new} if mapping.content is None else _api_names(mapping.content, schema)
    return tuple(sorted(schema.short(n) for n in names if _plain(old.get(n)) != _plain(new.get(n))))


def held_as_planned_otherwise(fields: tuple[str, ...], run_words: str) -> Held:
    """Why an item that is not sent yet waits: what it was planned from has changed.

    Args:
        fields: that have changed.
        run_words: the window as flags, to be pasted.
    """
    return Held(
        HeldReason.CHANGED,
        f"GoTallo has another {_listed(fields)} by now than when this was planned",
        f"Plan again, to see and send what it is now: bridge resync {run_words}",
        fields=fields,
    )


def held_as_sent_otherwise(fields: tuple[str, ...], run_id: str) -> Held:
    """Why a message that is in the org already waits: it has changed since it was sent.

    Args:
        fields: that have changed.
        run_id: of the run that sent it.
    """
    return Held(
        HeldReason.CHANGED,
        f"GoTallo has another {_listed(fields)} by now than run {run_id} sent",
        "Nothing was inserted: Salesforce has it as it was sent. Look at the change, and edit the "
        "row in Salesforce if it matters.",
        fields=fields,
    )


def held_as_in_doubt_otherwise(fields: tuple[str, ...], run_id: str) -> Held:
    """Why a message that is in doubt waits: it has changed since its request left.

    Args:
        fields: that have changed.
        run_id: of the run whose request gave no answer.
    """
    return Held(
        HeldReason.CHANGED,
        f"GoTallo has another {_listed(fields)} by now than a request of run {run_id} "
        "carried, which gave no answer",
        f"Settle it first: bridge apply {run_id} --wait. Where Salesforce does not have it, plan "
        "again then, and it is sent as it is now.",
        fields=fields,
    )


def _api_names(names: tuple[str, ...], schema: ObjectSchema) -> set[str]:
    return {field.name for name in names if (field := schema.get(name)) is not None}


def _plain(value: Value) -> Value:
    return None if value in (_BULK_NULL, "") else value


def _listed(fields: tuple[str, ...]) -> str:
    return ", ".join(fields)
