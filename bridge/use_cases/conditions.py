"""What a plan and its sending stand on: limits, mapping, access and sight of the org."""

from __future__ import annotations

from bridge.delivery import Limits, view_of
from bridge.errors import OrgRefused, SettingsError
from bridge.ledger import Run
from bridge.model import FieldSchema, ObjectSchema, View, Witness
from bridge.planning import built_in_mapping, read_mapping_text
from bridge.salesforce import Org, OrgIdentity
from bridge.settings import Settings


def limits_of(settings: Settings) -> Limits:
    return Limits(
        refused=settings.max_refused,
        new_refused=settings.bridge_max_new_refused,
        calls=settings.bridge_max_calls,
        reserve=settings.api_reserve,
        message_days=settings.bridge_max_age_days,
        plan_hours=settings.bridge_max_plan_hours,
    )


def mapping_now(settings: Settings, run: Run) -> str | None:
    """The text of the mapping that the settings lead to; None where they don't say.

    Without a mapping in the settings the built-in one counts, but a plan may have been made with a
    file that was named then.
    """
    built_in = built_in_mapping()
    if settings.bridge_mapping is None and run.plan.mapping_name != built_in.name:
        return None
    return read_mapping_text(settings.bridge_mapping or built_in)


def identity_for(run: Run, org: Org) -> OrgIdentity:
    """Who we are in the org of a run.

    Raises:
        SettingsError: the settings lead to another org.
        RemoteError: the org could not be reached, or refused us.
    """
    identity = org.identity()
    if identity.org_id != run.plan.org_id:
        raise SettingsError(
            f"Run {run.id} is for {run.plan.org_name} ({run.plan.org_id}); the settings lead to "
            f"{identity.name} ({identity.org_id})",
            "Use the settings that the plan was made with, or plan again.",
        )
    return identity


def refuse_unwritable(schema: ObjectSchema, identity: OrgIdentity) -> None:
    if not schema.createable:
        raise OrgRefused(
            f"{identity.username} may not create {schema.name} in {identity.name}",
            "Grant create on the object (GoTallo's permission set GoTalloUser does), then try "
            "again.",
        )


def view_now(
    settings: Settings,
    org: Org,
    schema: ObjectSchema,
    key_field: FieldSchema,
    witness: Witness | None,
    identity: OrgIdentity,
) -> View:
    """What may be concluded from what the org shows, with what the operator takes on."""
    view = view_of(org, schema, key_field, witness, identity.user_id)
    return view.taken_on() if settings.bridge_assume_visible else view
