"""The ways into Salesforce, and which settings belong to each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

WAYS: Final[Mapping[str, frozenset[str]]] = {
    "a token": frozenset({"sf_access_token", "sf_org_instance_url"}),
    "a login of the Salesforce CLI": frozenset({"sf_target_org"}),
    "a key": frozenset({"sf_login_url", "sf_client_id", "sf_username", "sf_jwt_key_file"}),
    "client credentials": frozenset({"sf_login_url", "sf_client_id", "sf_client_secret"}),
}
"""By what people call it: the settings that lead in by it."""

_SHARED: Final = frozenset(
    name
    for settings in WAYS.values()
    for name in settings
    if sum(name in others for others in WAYS.values()) > 1
)


def ways_of(names: Iterable[str]) -> frozenset[str]:
    """The ways that some settings are of; what two share decides where nothing else does."""
    given = frozenset(names)
    return _leading(given - _SHARED) or _leading(given)


def _leading(names: frozenset[str]) -> frozenset[str]:
    return frozenset(way for way, settings in WAYS.items() if names & settings)


def is_of_another_way(name: str, ways: frozenset[str]) -> bool:
    """Whether a setting leads in by none of some ways; False for one that is of no way."""
    its_own = ways_of([name])
    return bool(its_own) and its_own.isdisjoint(ways)


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
    return {name: value for name, value in below.items() if not is_of_another_way(name, ways)}
