"""What this user may do with the object and its fields, and what the key promises. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bridge.doctor.verdict import Verdict, good, warning, wrong
from bridge.errors import OrgRefused
from bridge.model import FieldSchema, ObjectSchema, View, Visibility


def of_fields(schema: ObjectSchema, names: Sequence[str], user: str) -> Iterator[Verdict]:
    """Whether this user may write the fields that the mapping fills.

    Args:
        schema: of the object, as this user sees it.
        names: as the mapping writes them; one that the org lacks is the mapping's matter.
        user: who we are.
    """
    known = [field for name in names if (field := schema.get(name))]
    refused = [field.name for field in known if not field.createable]
    if refused:
        listed = ", ".join(map(schema.short, refused))
        yield wrong(
            OrgRefused(
                f"{user} may not write {listed} of {schema.name}",
                f"Grant edit on {listed} (GoTallo's permission set GoTalloUser, field-level "
                "security), or take the field out of the mapping.",
            )
        )
    else:
        yield good(f"{user} may write the {len(known)} fields that the mapping names")


def of_message(untaken: Sequence[str], schema: ObjectSchema) -> Iterator[Verdict]:
    """Whether what GoTallo sends beside the mapping's own fields can be written as well.

    Args:
        untaken: the fields of a message that this user may not write.
        schema: of the object.
    """
    if untaken:
        listed = ", ".join(untaken)
        yield warning(
            f"GoTallo's messages have {listed}, which this user does not see in {schema.name} or "
            "may not write: each message with a value there would be held",
            f"Grant read and edit on {listed}, or leave out what the org has not: among the "
            "mapping's fixers write drop: {unknown: true, not_createable: true}.",
        )


def of_key(schema: ObjectSchema, key: FieldSchema) -> Verdict:
    """What the key field means for exactly-once."""
    name = schema.short(key.name)
    if key.unique:
        return good(f"the key {name} is unique: the org itself refuses a second row of a message")
    return warning(
        f"the key {name} is not unique: only asking beforehand keeps a message from being there "
        "twice, and one without an answer waits until it is settled",
        f"In Setup, make {name} unique, if no value is there twice. Where Setup does not let you "
        "change a field of a package, ask its maker (GoTallo's support).",
    )


def of_view(view: View, object_name: str) -> Verdict:
    """Whether this user sees every row, so that what it does not find is not there."""
    match view.visibility:
        case Visibility.PROVEN:
            return good(f"this user sees every row of {object_name}: {view.why}")
        case Visibility.GUARDED:
            return warning(
                f"not proven that this user sees every row: {view.why}. The unique key guards",
                f"Grant {view.grant}.",
            )
        case Visibility.ASSUMED:
            return warning(
                f"taken on by BRIDGE_ASSUME_VISIBLE that this user sees every row: {view.why}",
                f"Better grant {view.grant}.",
            )
        case Visibility.UNPROVEN:
            return wrong(
                OrgRefused(
                    f"A message that is there could look absent: {view.why}",
                    f"Grant this user {view.grant}. If you know that it sees every row, set "
                    "BRIDGE_ASSUME_VISIBLE=1.",
                )
            )
