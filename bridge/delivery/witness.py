"""The second witness of a mapping, found in the org."""

from __future__ import annotations

from bridge.delivery.presence import WitnessSchema
from bridge.errors import MappingError, OrgRefused, SettingsError
from bridge.model import Witness
from bridge.planning import MessageMapping
from bridge.salesforce import Org


def find_witness(mapping: MessageMapping, org: Org) -> Witness | None:
    """The witness that a mapping names, under the org's own names.

    Raises:
        MappingError: with its place, where the org shows this user no such object or field, or
            can't be asked by it.
        OrgError: the org could not be reached, or refused us.
    """
    named = mapping.witness
    if named is None:
        return None
    try:
        schema = org.schema(named.object)
    except SettingsError as unseen:
        raise MappingError(
            f"{named.object_place}: {unseen.message}",
            "Mend the name, grant the integration user read on the object, or leave out the "
            "witness.",
        ) from unseen
    return named.found_in(schema)


def witness_schema(witness: Witness | None, org: Org) -> WitnessSchema | None:
    """The witness of a plan, as the org describes it now.

    Raises:
        OrgRefused: the org does not show it to this user any more.
        OrgError: the org could not be reached.
    """
    if witness is None:
        return None
    gone = OrgRefused(
        f"The org shows this user no {witness.object} with a field {witness.field} any more, which "
        "the plan's mapping names as witness",
        "Give the access back, or plan again with another mapping.",
    )
    try:
        schema = org.schema(witness.object)
    except SettingsError as unseen:
        raise gone from unseen
    field = schema.get(witness.field)
    if field is None or not schema.queryable:
        raise gone
    return WitnessSchema(schema, field)
