"""Asks both sides with the answers of a person, before anything of it is written."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from bridge.gotallo import DOCUMENTED
from bridge.model import ObjectSchema, Window
from bridge.planning import Fitted, built_in_mapping, fit, parse_mapping, read_mapping, untaken
from bridge.salesforce import OrgIdentity
from bridge.settings import Settings
from bridge.use_cases import open_gotallo, open_org


@dataclass(frozen=True, slots=True)
class FoundOrg:
    """The org that the answers lead to, and the mapping that fits it."""

    identity: OrgIdentity
    schema: ObjectSchema
    mapping: Fitted
    untaken: tuple[str, ...]
    """Fields of GoTallo's messages that this user may not write, for which each would be held."""


def try_gotallo(settings: Settings, now: dt.datetime) -> None:
    """Ask GoTallo for nothing, once.

    Raises:
        SettingsError: a setting is missing or not usable.
        GoTalloError: it can't be reached, or refuses us.
    """
    with open_gotallo(settings.gotallo(), settings) as gotallo:
        gotallo.told_time(Window(now - dt.timedelta(seconds=1), now, "UTC"))


def try_org(settings: Settings, mapping_name: str) -> FoundOrg:
    """Ask the org who we are and what the object looks like.

    Args:
        settings: lead to the org.
        mapping_name: of the mapping that will be written.

    Raises:
        SettingsError: a setting is missing or not usable, or the org has no such object.
        MappingError: the org lacks what no mapping can do without.
        OrgError: it can't be reached, or refuses us.
    """
    built_in = built_in_mapping()
    mapping = read_mapping(built_in)
    with open_org(settings) as org:
        identity = org.identity()
        schema = org.schema(mapping.object)
        made: Mapping[str, ObjectSchema] = org.schemas_seen(mapping.downstream)
    fitted = fit(mapping.text, schema, made, mapping_name)
    left = untaken(parse_mapping(fitted.text, mapping_name), schema, DOCUMENTED)
    return FoundOrg(identity, schema, fitted, left)
