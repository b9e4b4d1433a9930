"""The settings, where each came from, and what is wrong with them. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import SecretStr

from bridge.doctor.verdict import Verdict, good, warning, wrong
from bridge.errors import LedgerError
from bridge.ledger import place_of
from bridge.report.doctor import SettingPart
from bridge.secret_reference import FromCommand, InEnvironment, InKeyring
from bridge.settings import Layer, Layered

_BRIDGE_LEDGER = "bridge_ledger"
_MAY_HOLD_A_PASSWORD = "bridge_proxy"  # noqa: S105  the name of a setting


def judge(layered: Layered) -> Iterator[Verdict]:
    """One verdict for each mistake, or one that there is none."""
    if layered.problems:
        yield from map(wrong, layered.problems.values())
        return
    file = f"from {layered.file}" if layered.file else "without a bridge.toml"
    profile = f', profile "{layered.profile}"' if layered.profile else ""
    given = sum(layer is not Layer.DEFAULT for layer in layered.layers.values())
    yield good(f"{given} settings can be read, {file}{profile}")
    if layered.others_may_write:
        yield warning(
            f"others than you may write {layered.file}, which says where your tokens go",
            f"Look at it, then make it yours alone: chmod 600 {layered.file}.",
        )
    if layered.led_elsewhere:
        names = ", ".join(layered.led_elsewhere)
        yield warning(
            f'the environment beats the profile "{layered.profile}": {names} of the environment '
            "count, and may lead to another org or account",
            f"Unset {names}, if the profile is what you mean.",
        )


def listed(layered: Layered) -> Iterator[SettingPart]:
    """Every setting with its value, but for secrets."""
    for name, layer in layered.layers.items():
        value = getattr(layered.settings, name)
        secret = isinstance(value, SecretStr | InEnvironment | InKeyring | FromCommand)
        yield SettingPart(
            name=name.upper(),
            layer=layer,
            value="not usable" if name in layered.problems else _shown(name, value),
            secret=secret or name.endswith(("_token", "_secret")),
        )


def _shown(name: str, value: object) -> str | None:
    if value is None:
        return None
    if isinstance(value, SecretStr):
        return "set"
    if isinstance(value, InEnvironment | InKeyring | FromCommand):
        return f"in {value.words}"
    if name == _BRIDGE_LEDGER:
        return _ledger(str(value))
    if name == _MAY_HOLD_A_PASSWORD:
        return _without_user(str(value))
    if isinstance(value, frozenset):
        return ",".join(sorted(value)) or "none"
    return str(value)


def _ledger(location: str) -> str:
    try:
        return place_of(location)
    except LedgerError:
        return "not usable"


def _without_user(url: str) -> str:
    """A password may hold anything, a slash too: what stands before the last `@` is left out."""
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{rest.rpartition('@')[2]}"
