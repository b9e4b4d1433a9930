"""What a call came to, as frozen types; the documents in them are those that `--json` prints."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bridge.delivery import Ending, EndingKind
from bridge.errors import BridgeError, Exit
from bridge.report.document import ItemPart, RunCounts, RunDocument, Standing, exit_of
from bridge.report.verification import VerificationDocument


@dataclass(frozen=True, slots=True)
class _OfRun:
    """What every result of a run tells."""

    document: RunDocument
    """All that is known of it: what the command of that name prints with `--json`."""

    @property
    def run_id(self) -> str:
        """What `apply` takes to send it, or to go on with it."""
        return self.document.run_id

    @property
    def counts(self) -> RunCounts:
        """How many messages stand where."""
        return self.document.counts

    @property
    def by_cause(self) -> Mapping[str, Standing]:
        """The same for each cause, by its id, the most frequent first."""
        return {cause.id: cause.counts for cause in self.document.causes}


@dataclass(frozen=True, slots=True)
class PlanResult(_OfRun):
    """A plan that is whole and on record; nothing of it was sent."""

    held: tuple[ItemPart, ...]
    """The messages that wait for a person, each with why and what that person can do."""

    @property
    def exit_code(self) -> Exit:
        """What `bridge plan --detailed-exitcode` ends with."""
        return plan_exit(self.document)


@dataclass(frozen=True, slots=True)
class SendingResult(_OfRun):
    """What became of a run, as its ledger has it."""

    left_over: tuple[ItemPart, ...]
    """The messages that are held or were refused, each with why and what a person can do."""
    ending: EndingKind
    """How the sending ended."""
    reason: BridgeError | None
    """Why it stopped before its end: a safety limit, a remote. Set exactly where `ending` is
    *stopped*; what was sent before is sent."""

    @property
    def exit_code(self) -> Exit:
        """What `bridge apply` ends with."""
        return sending_exit(self.document, Ending(self.ending, self.reason))


@dataclass(frozen=True, slots=True)
class VerifyResult:
    """What Salesforce answered about messages."""

    document: VerificationDocument
    """All that was found: what `bridge verify --json` prints."""

    @property
    def proven(self) -> bool:
        """Whether all that should be there is there once, as it was sent."""
        return self.document.proven

    @property
    def exit_code(self) -> Exit:
        """What `bridge verify` ends with."""
        return verify_exit(self.document)


def plan_exit(document: RunDocument) -> Exit:
    """The exit code of a plan that says so where it holds some back."""
    return Exit.LEFT_OVER if document.counts.held else Exit.OK


def sending_exit(document: RunDocument, ending: Ending) -> Exit:
    """The exit code of a sending; where several hold: in doubt, remote, left over."""
    found = exit_of(document)
    if ending.kind is EndingKind.INTERRUPTED:
        return Exit.INTERRUPTED
    if ending.kind is EndingKind.STOPPED and found is not Exit.IN_DOUBT:
        return ending.reason.exit_code if ending.reason else Exit.DEFECT
    if ending.kind is EndingKind.LIMITED and found is Exit.LEFT_OVER and not _refused(document):
        return Exit.OK
    return found


def verify_exit(document: VerificationDocument) -> Exit:
    """The exit code of a question to the org."""
    return Exit.OK if document.proven else Exit.LEFT_OVER


def _refused(document: RunDocument) -> bool:
    return bool(document.counts.held or document.counts.rejected)
