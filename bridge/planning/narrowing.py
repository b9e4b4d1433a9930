"""A plan that is narrowed to some of a window's messages. Pure."""

from __future__ import annotations

import shlex
from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Iterator, Mapping

from bridge.diagnosis import cause_of, diagnose
from bridge.errors import UsageError
from bridge.model import FailedMessage, UnreadableMessage, canonical_key

Message = FailedMessage | UnreadableMessage


class Narrowing(ABC):
    """Chooses the messages of a window that a plan is about, and counts those that there are."""

    words: str = ""
    """Itself as flags of a command, with a space before them."""

    def __init__(self) -> None:
        self.listed = 0
        """How many messages came so far, the chosen ones and the others."""
        self.keys: tuple[str, ...] = ()
        """Those that are chosen, once the window was gone through; empty where all are."""
        self.notes: tuple[str, ...] = ()
        """What the operator should know of the choice, a sentence each."""

    @abstractmethod
    def among(self, messages: Iterable[Message]) -> Iterator[Message]:
        """The chosen ones of a window's messages.

        Where only some are chosen, the window is gone through to its end before the first is given.

        Raises:
            UsageError: the window does not list what was asked for.
        """

    def _counted(self, messages: Iterable[Message]) -> Iterator[Message]:
        for message in messages:
            self.listed += 1
            yield message


class ToAll(Narrowing):
    """Chooses every message."""

    def among(self, messages: Iterable[Message]) -> Iterator[Message]:
        return self._counted(messages)


class _ToSome(Narrowing):
    """Chooses some."""

    @abstractmethod
    def _chosen(self, messages: Iterator[FailedMessage]) -> Mapping[str, FailedMessage]:
        """The chosen ones by key, in the order in which they are planned."""

    def among(self, messages: Iterable[Message]) -> Iterator[Message]:
        failed = (one for one in self._counted(messages) if isinstance(one, FailedMessage))
        chosen = self._chosen(failed)
        self.keys = tuple(chosen)
        return iter(chosen.values())


class ToKeys(_ToSome):
    """Chooses messages by their identifiers; each has to be there."""

    def __init__(self, keys: Iterable[str]) -> None:
        """Choose these keys, each in any spelling.

        Raises:
            UsageError: one of them is empty.
        """
        super().__init__()
        self._wanted = tuple(dict.fromkeys(map(canonical_key, keys)))
        if "" in self._wanted:
            raise UsageError("--key is empty", "Give the identifier of a message.")
        self.words = "".join(f" --key {shlex.quote(key)}" for key in self._wanted)

    def _chosen(self, messages: Iterator[FailedMessage]) -> Mapping[str, FailedMessage]:
        wanted = frozenset(self._wanted)
        chosen = {message.key: message for message in messages if message.key in wanted}
        missing = [key for key in self._wanted if key not in chosen]
        if missing:
            raise UsageError(
                f"The window lists {_failed(self.listed)}, and not {', '.join(missing)}",
                "Look at the key and at the window. bridge plan without --key records all that it "
                "lists, and bridge report RUN --json has their keys.",
            )
        return chosen


class ToCauses(_ToSome):
    """Chooses messages that failed for one of some causes, or that the org refused for it last."""

    def __init__(self, ids: Collection[str], known: Collection[str], among: Narrowing) -> None:
        """Choose by cause.

        Args:
            ids: of the causes, whole.
            known: keys of messages that are of these causes as far as the ledger knows.
            among: what is chosen first.
        """
        super().__init__()
        self._ids = ids
        self._known = known
        self._first = among
        self.words = f"{among.words}{_flags_of(ids)}"

    def _chosen(self, messages: Iterator[FailedMessage]) -> Mapping[str, FailedMessage]:
        first = self._first.among(messages)
        chosen = {
            one.key: one for one in first if isinstance(one, FailedMessage) and self._is_its(one)
        }
        self.notes = self._first.notes
        if not chosen:
            raise UsageError(
                f"The window lists {_failed(self.listed)}, and none of the "
                f"{'cause' if len(self._ids) == 1 else 'causes'} {', '.join(self._ids)}",
                "bridge causes shows when it was met last.",
            )
        return chosen

    def _is_its(self, message: FailedMessage) -> bool:
        if message.key in self._known:
            return True
        diagnosis = diagnose(message.error_text) if message.error_text else None
        return cause_of(diagnosis).id in self._ids


class ToOpen(_ToSome):
    """Chooses what a ledger has as open; what GoTallo lists no more is told."""

    def __init__(self, keys: Collection[str], causes: Collection[str] = ()) -> None:
        """Choose what is open.

        Args:
            keys: of the open messages, of these causes where some are named.
            causes: the ids of the causes, whole; none where those of all are meant.
        """
        super().__init__()
        self._open = frozenset(keys)
        self.words = f" --open{_flags_of(causes)}"

    def _chosen(self, messages: Iterator[FailedMessage]) -> Mapping[str, FailedMessage]:
        chosen = {message.key: message for message in messages if message.key in self._open}
        gone = len(self._open) - len(chosen)
        if gone:
            are, they = ("is", "it is") if gone == 1 else ("are", "they are")
            note = (
                f"{gone:,} of the {len(self._open):,} that are open in the ledger {are} not listed "
                f"by GoTallo any more: {they} not in this plan."
            )
            self.notes = (note,)
        return chosen


def _flags_of(causes: Collection[str]) -> str:
    return "".join(f" --cause {shlex.quote(cause)}" for cause in causes)


def _failed(number: int) -> str:
    return f"{number:,} failed {'message' if number == 1 else 'messages'}"
