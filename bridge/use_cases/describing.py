"""The use case that keeps an org's describe, so that mappings can be tried without the org."""

from __future__ import annotations

from bridge.planning import Described, MessageMapping
from bridge.salesforce import Org


def describe(org: Org, mapping: MessageMapping) -> Described:
    """What the org describes to this user of the objects that a mapping names.

    Raises:
        SettingsError: the org shows this user no such object.
        RemoteError: the org could not be reached, or refused us.
    """
    schema = org.schema(mapping.object)
    return Described(schema, org.schemas_seen(mapping.downstream))
