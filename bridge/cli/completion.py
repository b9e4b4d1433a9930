"""What a shell completes a word to: runs of the ledger, profiles of bridge.toml, fixers.

Completion says nothing, makes nothing and asks nobody: where something is missing or wrong there is
nothing to propose.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from typing import Any, Final

from bridge.errors import BridgeError

_MOST_RUNS: Final = 50
_PROFILE: Final = "BRIDGE_PROFILE"


def run_ids(ctx: Any, incomplete: str) -> list[tuple[str, str]]:
    """The newest runs of the ledger that the words before name, with what tells them apart."""
    from bridge.ledger.looking import newest_runs
    from bridge.settings import look

    given = ctx.params
    with suppress(BridgeError):
        flags = {"bridge_ledger": given["ledger"]} if given.get("ledger") else {}
        profile = given.get("profile") or os.environ.get(_PROFILE)
        settings = look(flags, config=given.get("config"), profile=profile).settings
        found = newest_runs(settings.bridge_ledger, _MOST_RUNS)
        return [(run.id, f"{run.words}, {run.state}") for run in found if _fits(run.id, incomplete)]
    return []


def profiles(ctx: Any, incomplete: str) -> list[str]:
    """The profiles of the file that the words before name, or of the usual one."""
    from bridge import settings_file
    from bridge.settings import Settings

    with suppress(BridgeError):
        found = settings_file.read(ctx.params.get("config"), None, Settings)
        return _fitting(found.unchosen, incomplete)
    return []


def fixers(incomplete: str) -> list[str]:
    """The fixers that are installed; none is loaded."""
    from bridge.fixers.registry import names

    return _fitting(names(), incomplete)


def _fitting(words: Iterable[str], incomplete: str) -> list[str]:
    return [word for word in words if _fits(word, incomplete)]


def _fits(word: str, incomplete: str) -> bool:
    return word.startswith(incomplete)
