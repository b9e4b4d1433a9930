"""The settings file `bridge.toml`: where it is, what it may hold, and its profiles."""

from __future__ import annotations

import difflib
import os
import stat
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import platformdirs
from pydantic import BaseModel

from bridge.errors import SettingsError
from bridge.secret_reference import PLACES, Secret

APP = "gotallo-bridge"
CONFIG_FILE = "bridge.toml"
"""Looked for in the current folder, then in the platform's user configuration folder."""

_PROFILES = "profiles"
_LEDGER = "bridge_ledger"
_PROXY = "bridge_proxy"
_COMMAND = "command"


@dataclass(frozen=True, slots=True)
class SettingsFile:
    """What a settings file says to one profile; by default there is none."""

    path: Path | None = None
    top: Mapping[str, object] = field(default_factory=dict)
    profile: Mapping[str, object] = field(default_factory=dict)
    """What the chosen profile says; it beats the top level."""
    unchosen: tuple[str, ...] = ()
    """The profiles that there are, where none was chosen."""


def usual_places() -> tuple[Path, ...]:
    """Where a settings file is looked for, in this order."""
    return Path(CONFIG_FILE), Path(platformdirs.user_config_dir(APP)) / CONFIG_FILE


def place_of(config: Path | None) -> Path | None:
    """The file that is read: the one that was named, or the first that is there."""
    return config or next((place for place in usual_places() if place.is_file()), None)


def read(config: Path | None, profile: str | None, known: type[BaseModel]) -> SettingsFile:
    """Read the settings file.

    Args:
        config: the file; None for the usual places, where it may be absent.
        profile: the table `[profiles.NAME]`; None for none.
        known: whose fields are the keys that a file may have.

    Raises:
        SettingsError: it can't be read, has no such profile, an unknown key or a secret.
    """
    path = place_of(config)
    if path is None:
        if profile is not None:
            raise SettingsError(
                f'There is no {CONFIG_FILE}, so no profile "{profile}"',
                f"Write a {CONFIG_FILE} with [profiles.{profile}], or leave --profile out and "
                "unset BRIDGE_PROFILE.",
            )
        return SettingsFile()
    table = _table(path)
    profiles = table.pop(_PROFILES, {})
    chosen = _chosen(profiles, path, profile)
    for values in (table, chosen):
        for name, value in values.items():
            _refuse_entry(name, value, path, known)
        refuse_password(values.get(_LEDGER), f"{_LEDGER} in the settings file")
        _refuse_user_of_proxy(values.get(_PROXY), path)
    names = tuple(profiles) if profile is None and isinstance(profiles, dict) else ()
    return SettingsFile(
        path, _from_there(table, path, known), _from_there(chosen, path, known), names
    )


def _from_there(
    values: Mapping[str, object], path: Path, known: type[BaseModel]
) -> Mapping[str, object]:
    """The same with relative paths counted from the file's folder: a service starts elsewhere."""

    def found(name: str, value: object) -> object:
        is_path = known.model_fields[name].annotation == Path | None or name == _LEDGER
        if not (is_path and isinstance(value, str) and value) or "://" in value:
            return value
        try:
            return str(path.parent / Path(value).expanduser())
        except RuntimeError as exc:
            raise SettingsError(
                f"{path}: {name} begins with ~, and nothing says where that home is",
                "Write the whole path, or set HOME.",
            ) from exc

    return {name: found(name, value) for name, value in values.items()}


def text_of(path: Path) -> str:
    """The text of a settings file, which is TOML.

    Raises:
        SettingsError: it can't be read.
    """
    text = _read(path)
    _parsed(text, path)
    return text


def _table(path: Path) -> dict[str, object]:
    return _parsed(_read(path), path)


def _read(path: Path) -> str:
    """The text; a mark that an editor put in front of it is no part of it."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as exc:
        raise SettingsError(
            f"{path} can't be read: {exc.strerror or exc}", "Look at --config."
        ) from exc
    except UnicodeDecodeError as exc:
        raise SettingsError(f"{path} is no text in UTF-8", "Save it in that encoding.") from exc


def _parsed(text: str, path: Path) -> dict[str, object]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as exc:
        raise SettingsError(f"{path}: {exc}", "Mend the file there.") from exc


def _chosen(profiles: object, path: Path, profile: str | None) -> dict[str, object]:
    if profile is None:
        return {}
    known = profiles if isinstance(profiles, dict) else {}
    if profile not in known:
        raise SettingsError(
            f'{path} has no profile "{profile}"',
            f"It has: {', '.join(known) or 'none'}.",
        )
    chosen = known[profile]
    return chosen if isinstance(chosen, dict) else {}


def _refuse_entry(name: str, value: object, path: Path, known: type[BaseModel]) -> None:
    fields = known.model_fields
    if name not in fields:
        near = difflib.get_close_matches(name, fields, n=1)
        raise SettingsError(
            f'{path}: unknown key "{name}"' + (f', did you mean "{near[0]}"?' if near else ""),
            f"Known are: {', '.join(fields)}.",
        )
    if fields[name].annotation != Secret | None:
        return
    if not isinstance(value, dict):
        raise SettingsError(
            f"{path}: {name} is a secret and is not read from a file",
            f"Set {name.upper()} in the environment, or write where it is: {name} = {PLACES}.",
        )
    if _COMMAND in value:
        _refuse_strangers(path)


def others_may_write(path: Path) -> bool:
    """Whether somebody else may have written what a settings file says."""
    found = path.stat()
    ours = not hasattr(os, "getuid") or found.st_uid in {os.getuid(), 0}
    return not ours or bool(found.st_mode & (stat.S_IWGRP | stat.S_IWOTH))


def _refuse_strangers(path: Path) -> None:
    """Refuse to run what a file names that somebody else may have written."""
    if others_may_write(path):
        raise SettingsError(
            f"{path} names a command, and others than you may write the file",
            f"Look at it, then make it yours alone: chmod 600 {path}.",
        )


def _refuse_user_of_proxy(url: object, path: Path) -> None:
    if "@" in str(url or ""):
        raise SettingsError(
            f"{path}: {_PROXY} holds a user name or a password",
            f"Take it out of the file, and set {_PROXY.upper()} in the environment.",
        )


def refuse_password(location: object, where: str) -> None:
    """Refuse a ledger's URL with a password where others see it: in a file, on a command line.

    Raises:
        SettingsError: it has one.
    """
    scheme, url, rest = str(location or "").partition("://")
    authority, _, parameters = rest.partition("?")
    user = authority.rpartition("@")[0]
    if url and (":" in user or "password=" in parameters):
        raise SettingsError(
            f"{where} holds a password",
            f"Set BRIDGE_LEDGER in the environment, or leave the password out ({scheme}://"
            "user@host/database) and keep it in a password file (~/.pgpass).",
        )
