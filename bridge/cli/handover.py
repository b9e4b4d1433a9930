"""What a command leaves for the next step of a runbook: a summary, and metrics.

Both are written however the command ends, whole, and after all else: a reader finds the old metrics
or the new ones, and a summary only of the command that began last.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.text import Text

from bridge import __version__
from bridge.cli import screen
from bridge.errors import BridgeError, Exit, UsageError
from bridge.report import RunDocument
from bridge.report.metrics import metrics_text
from bridge.report.summary import ErrorPart, SummaryDocument, summary_document
from bridge.report.verification import VerificationDocument
from bridge.whole_file import can_be_put, put_whole

OPTIONS: Final[dict[str, Any]] = {
    "summary_file": Annotated[
        Path | None,
        typer.Option(
            "--summary-file",
            envvar="BRIDGE_SUMMARY_FILE",
            metavar="FILE",
            help="How it ended, as JSON; also where it fails.",
        ),
    ],
    "metrics_file": Annotated[
        Path | None,
        typer.Option(
            "--metrics-file",
            envvar="BRIDGE_METRICS_FILE",
            metavar="FILE",
            help="The same for Prometheus (textfile collector).",
        ),
    ],
}
"""Of the commands that plan, send or prove."""

_FOR_EVERYBODY: Final = 0o644
"""The collector runs as a user of its own."""


class Handover:
    """What a command has found out so far; it says so as soon as it knows."""

    def __init__(self) -> None:
        self.run: RunDocument | None = None
        self.figures_hold = True
        self.verification: VerificationDocument | None = None

    def tell_run(self, document: RunDocument) -> None:
        """A run as it stands now: planned, or what became of it."""
        self.run, self.figures_hold = document, True

    def tell_sending(self) -> None:
        """From now on the figures of the run no longer hold, until it is told anew."""
        self.figures_hold = False

    def tell_verification(self, document: VerificationDocument) -> None:
        """What the org answered."""
        self.verification = document


@contextmanager
def handing_over(
    command: str, profile: str | None, summary_file: Path | None, metrics_file: Path | None
) -> Iterator[Handover]:
    """Leave both files when the command ends, however it does, with what it said of itself.

    Args:
        command: its name.
        profile: of its settings.
        summary_file: where the summary goes; None for nowhere.
        metrics_file: where the metrics go; None for nowhere.

    Raises:
        UsageError: a file can't be put there; the command has not begun.
    """
    known = Handover()
    started_at = dt.datetime.now(dt.UTC)
    code, error = Exit.OK, None
    files: list[_Left] = []
    try:
        if summary_file is not None:
            with _refused(summary_file, "--summary-file"):
                can_be_put(summary_file)
                summary_file.unlink(missing_ok=True)
            files.append(_Left(summary_file, _as_json))
        if metrics_file is not None:
            with _refused(metrics_file, "--metrics-file"):
                can_be_put(metrics_file)
            files.append(_Left(metrics_file, metrics_text, _FOR_EVERYBODY))
        yield known
    except BaseException as exc:
        code, error = _ending(exc)
        raise
    finally:
        if files:
            summary = summary_document(
                command=command,
                version=__version__,
                exit_code=code,
                error=error,
                started_at=started_at,
                ended_at=dt.datetime.now(dt.UTC),
                profile=profile,
                run=known.run,
                figures_hold=known.figures_hold,
                verification=known.verification,
            )
            for file in files:
                _leave(file, summary)


def _ending(exc: BaseException) -> tuple[Exit, ErrorPart | None]:
    match exc:
        case typer.Exit():
            return Exit(exc.exit_code), None
        case BridgeError():
            return exc.exit_code, ErrorPart(message=exc.message, advice=exc.advice)
        case KeyboardInterrupt():
            return Exit.INTERRUPTED, ErrorPart(
                message="Interrupted", advice="bridge status names the run and how to go on."
            )
        case _:
            # The text of an error of another kind may hold what nobody has looked at.
            return Exit.DEFECT, ErrorPart(
                message=f"A defect of this program: {type(exc).__name__}",
                advice="What is on record stays; bridge status shows it.",
            )


@contextmanager
def _refused(path: Path, flag: str) -> Iterator[None]:
    """Tell that a file can't be put in its place."""
    try:
        yield
    except OSError as exc:
        raise UsageError(
            f"{path} can't be written: {exc.strerror or exc}",
            f"Name another place with {flag}, or mend its folder. Nothing was begun.",
        ) from exc


@dataclass(frozen=True, slots=True)
class _Left:
    """A file that is left."""

    path: Path
    text: Callable[[SummaryDocument], str]
    mode: int = 0o600


def _leave(file: _Left, summary: SummaryDocument) -> None:
    """Write one of them; that it fails changes nothing of how the command ends."""
    try:
        put_whole(file.path, file.text(summary), file.mode)
    except OSError as exc:
        said = f"{file.path} could not be written: {exc.strerror or exc}"
        screen.stderr.print(Text(said), soft_wrap=True)


def _as_json(summary: SummaryDocument) -> str:
    return summary.model_dump_json(indent=2) + "\n"
