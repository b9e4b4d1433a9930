"""Where events go: stderr for the person or the collector that watches, a file for later.

Events are structlog's, under stable names; their keys never hold a token, a text or a person.
"""

from __future__ import annotations

import logging
import sys
from pathlib import Path
from typing import TextIO

import stamina
import stamina.instrumentation
import structlog
from structlog.typing import Processor

from bridge.cli.log_choice import LogFormat, LogLevel
from bridge.cli.plainness import colours_welcome
from bridge.errors import SettingsError

_SHARED: tuple[Processor, ...] = (
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
)

_JSON: tuple[Processor, ...] = (
    structlog.processors.format_exc_info,
    structlog.processors.JSONRenderer(),
)


def set_up_logs(log_format: LogFormat, level: LogLevel | None, file: Path | None) -> None:
    """Send the events of this program where they were asked to go.

    Args:
        log_format: of stderr; a file always has JSON lines.
        level: of stderr; None is *warning* on a terminal, which shows progress instead, and beside
            a file; *info* elsewhere. A file has everything from *info* on.
        file: where JSON lines are appended; None for nowhere.

    Raises:
        SettingsError: the file can't be written.
    """
    told_elsewhere = sys.stderr.isatty() or file is not None
    chosen = level or (LogLevel.WARNING if told_elsewhere else LogLevel.INFO)
    logger = logging.getLogger("bridge")
    for handler in logger.handlers[:]:
        logger.removeHandler(handler)
        handler.close()
    logger.propagate = False
    logger.setLevel(logging.DEBUG)
    logger.addHandler(_to_stderr(log_format, chosen))
    if file is not None:
        logger.addHandler(_to_file(file))
    stamina.instrumentation.set_on_retry_hooks([_tell_retry])
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_SHARED,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )


def _tell_retry(details: stamina.instrumentation.RetryDetails) -> None:
    """The library's own hook would log elsewhere, and with what a call was given."""
    structlog.get_logger("bridge.org").info(
        "org.retry",
        error=type(details.caused_by).__name__,
        tried=details.retry_num,
        seconds=round(details.wait_for, 3),
    )


class _ToStderr(logging.StreamHandler[TextIO]):
    """To whatever stderr is at the time: progress puts itself in its place, and steps aside."""

    def __init__(self) -> None:
        logging.Handler.__init__(self)

    @property
    def stream(self) -> TextIO:  # type: ignore[override]
        return sys.stderr


def _to_stderr(log_format: LogFormat, level: LogLevel) -> logging.Handler:
    handler = _ToStderr()
    handler.setLevel(level.value.upper())
    if log_format is LogFormat.JSON:
        handler.setFormatter(_formatter(*_JSON))
        return handler
    # The renderer's own traceback shows the values of variables, which are people's messages.
    plain = structlog.dev.ConsoleRenderer(
        colors=sys.stderr.isatty() and colours_welcome(),
        exception_formatter=structlog.dev.plain_traceback,
    )
    handler.setFormatter(_formatter(plain))
    return handler


def _to_file(path: Path) -> logging.Handler:
    try:
        handler = logging.FileHandler(path, encoding="utf-8")
    except OSError as exc:
        raise SettingsError(
            f"The log file {path} can't be written: {exc.strerror or exc}",
            "Name another place with --log-file.",
        ) from exc
    handler.setLevel(logging.INFO)
    handler.setFormatter(_formatter(*_JSON))
    return handler


def _formatter(*rendered: Processor) -> logging.Formatter:
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=list(_SHARED),
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *rendered],
    )
