"""What a person may choose of the events on stderr."""

from __future__ import annotations

from enum import StrEnum


class LogFormat(StrEnum):
    """How events look on stderr."""

    CONSOLE = "console"
    JSON = "json"


class LogLevel(StrEnum):
    """The least that is shown on stderr."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"
