"""`bridge mapping describe`: the describe of an org, to be kept in a file."""

from __future__ import annotations

import json

from bridge import use_cases
from bridge.cli import screen
from bridge.cli.options import with_settings
from bridge.planning import built_in_mapping, described_value, read_mapping
from bridge.settings import Settings


@with_settings
def describe(settings: Settings) -> None:
    """Print the org's describe of the mapping's objects, for `mapping test` and `mapping diff`.

    Example: bridge mapping describe > my-org.describe.json
    """
    mapping = read_mapping(settings.bridge_mapping or built_in_mapping())
    with use_cases.open_org(settings) as org:
        described = use_cases.describe(org, mapping)
    screen.print_json(json.dumps(described_value(described), ensure_ascii=False, indent=1))
