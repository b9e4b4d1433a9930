"""The text of a settings file with a profile more, or with another one in its place. Pure.

What else is in the file stays as it stands, comments and all.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping, Sequence
from typing import Final, TypeAlias

from bridge.errors import SettingsError

Value: TypeAlias = "str | int | float | list[str] | Mapping[str, str | tuple[str, ...]]"
"""A setting, or where a secret is."""

_ASKED_FOR: Final = ("gotallo_", "sf_")
"""How settings begin that say where the remotes are, and what opens them."""

_HEADING: Final = re.compile(r"\s*\[+\s*([^\]]*?)\s*\]+\s*(#.*)?")
_COMMENT: Final = re.compile(r"\s*#")
NAME: Final = re.compile(r"[A-Za-z0-9_-]+", re.ASCII)
"""What a profile may be called, so that its heading needs no quotes."""


def has_profile(text: str, name: str) -> bool:
    profiles = tomllib.loads(text).get("profiles", {})
    return isinstance(profiles, dict) and name in profiles


def said_beside(text: str, name: str) -> Mapping[str, Value]:
    """What a profile says that nobody is asked for here, such as where a run stops.

    Args:
        text: of a settings file; empty for a new one.
        name: of the profile, which may not be there.
    """
    profiles = tomllib.loads(text).get("profiles", {})
    said = profiles.get(name, {}) if isinstance(profiles, dict) else {}
    return {key: value for key, value in said.items() if not key.startswith(_ASKED_FOR)}


def with_profile(text: str, name: str, values: Mapping[str, Value]) -> str:
    """The text with this profile, in the place of the one of its name if there is one.

    Args:
        text: of a settings file; empty for a new one.
        name: of the profile.
        values: its settings.

    Raises:
        SettingsError: the profile is written in a way that can't be replaced line by line.
    """
    lines = [f"{key} = {_written(value)}" for key, value in values.items()]
    block = "\n".join([f"[profiles.{name}]", *lines])
    kept = _without(text, name).rstrip()
    made = f"{kept}\n\n{block}\n" if kept else f"{block}\n"
    try:
        told = tomllib.loads(made)
    except tomllib.TOMLDecodeError as exc:
        raise SettingsError(
            f"The settings file has its profile {name} in a form that can't be replaced here",
            f"Take the profile out of it by hand, or choose another name: {exc}.",
        ) from exc
    assert name in told["profiles"]  # noqa: S101  it has just been written
    return made


def _without(text: str, name: str) -> str:
    """The text without a profile; the comments above the next heading are that one's."""
    kept: list[str] = []
    left_out: list[str] = []
    ours = False
    for line in text.split("\n"):
        found = _HEADING.fullmatch(line)
        if found is not None:
            if ours:
                kept += _comments_behind(left_out)
            left_out = []
            table = found[1].replace(" ", "").replace('"', "")
            ours = table == f"profiles.{name}" or table.startswith(f"profiles.{name}.")
        (left_out if ours else kept).append(line)
    return "\n".join(kept)


def _comments_behind(lines: Sequence[str]) -> Sequence[str]:
    last = max(at for at, line in enumerate(lines) if line.strip() and not _COMMENT.match(line))
    return lines[last + 1 :]


def _written(value: Value | tuple[str, ...]) -> str:
    if isinstance(value, str | int | float):
        # A string of JSON is one of TOML too, but for DEL, which TOML wants escaped.
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key} = {_written(one)}" for key, one in value.items()) + "}"
    return "[" + ", ".join(map(_written, value)) + "]"
