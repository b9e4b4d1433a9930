"""The use case that finds what is still open in a ledger, and the window that lists it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

from bridge.ledger import Ledger
from bridge.model import Window
from bridge.planning import built_in_mapping, read_mapping
from bridge.salesforce import Org
from bridge.settings import Settings


@dataclass(frozen=True, slots=True)
class StillOpen:
    """Messages that are not in the org, or in doubt, as their newest runs left them."""

    keys: frozenset[str]
    window: Window
    """From the start of the earliest window that listed one of them to the end of the latest."""


def still_open(
    settings: Settings, ledger: Ledger, org: Org, causes: Sequence[str] = ()
) -> StillOpen | None:
    """What is still open of this tenant in this org; None where nothing is.

    What a mapping skips on purpose is not open. Where causes are named, by their ids or how these
    start, it is what counts under them.

    Raises:
        UsageError: the ledger has no such cause.
        SettingsError: a setting is missing or not usable.
        RemoteError: the org could not be reached, or refused us.
    """
    tenant_id = settings.gotallo().tenant_id
    mapping = read_mapping(settings.bridge_mapping or built_in_mapping())
    object_name = org.schema(mapping.object).name
    found = ledger.open_messages(tenant_id, org.identity().org_id, object_name)
    if causes:
        ids = map(ledger.cause_id, causes)
        of_them = frozenset(chain.from_iterable(map(ledger.keys_of_cause, ids)))
        found = tuple(one for one in found if one.key in of_them)
    if not found:
        return None
    window = Window(
        min(one.from_time for one in found),
        max(one.till_time for one in found),
        found[-1].zone,
    )
    return StillOpen(frozenset(one.key for one in found), window)
