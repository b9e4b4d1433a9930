"""Brings messages that GoTallo could not insert into Salesforce there, each exactly once."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("gotallo-bridge")
except PackageNotFoundError:
    __version__ = "0+unknown"
