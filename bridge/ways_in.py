"""The ways into Salesforce, and which settings belong to each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

WAYS: Final[Mapping[str, frozenset[str]]] = {
    "a token": frozenset({"sf_access_token", "sf_org_instance_url"}),
    "a login of the Salesforce CLI": frozenset({"sf_target_org"}),
    "client credentials": frozenset({"sf_login_url", "sf_client_id", "sf_client_secret"}),
}
"""By what people call it: the settings that lead in by it."""


def ways_of(names: Iterable[str]) -> frozenset[str]:
    """The ways that some settings are of."""
    given = frozenset(names)
    return frozenset(way for way, settings in WAYS.items() if given & settings)


def without_other_ways(below: Mapping[str, object], above: Iterable[str]) -> Mapping[str, object]:
    """The settings of a layer below another, without the ways in that the one above does not go.

    A profile that goes into the sandbox by one way must not end up in production by another, which
    the file has for all profiles.

    Args:
        below: settings by name.
        above: the names of those that the layer above has.
    """
    ways = ways_of(above)
    if not ways:
        return below
    return {name: value for name, value in below.items() if ways_of([name]) <= ways}
