"""Log lines while a program has not said where they go.

structlog prints on stdout until somebody configures it, which is no place for a library's lines.
"""

from __future__ import annotations

import logging

import structlog


def keep_off_stdout() -> None:
    """Leave a program's own set-up as it is; where it has none, log to `logging`."""
    logging.getLogger("bridge").addHandler(_NOWHERE)
    if structlog.is_configured():
        return
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )


_NOWHERE = logging.NullHandler()
"""Where there is no other, `logging` itself would print warnings."""
