"""The version of this program, as it was installed."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("gotallo-bridge")
except PackageNotFoundError:
    __version__ = "0+unknown"
