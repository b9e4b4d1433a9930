"""A plan that is narrowed to some of a window's messages. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from bridge.errors import UsageError
from bridge.model import FailedMessage, UnreadableMessage, canonical_key

Message = FailedMessage | UnreadableMessage


class Narrowing:
    """Chooses the messages of a window that a plan is about, and counts those that there are."""

    def __init__(self, keys: Iterable[str]) -> None:
        """Choose these keys, each in any spelling; all messages where there are none.

        Raises:
            UsageError: one of them is empty.
        """
        self.keys = tuple(dict.fromkeys(map(canonical_key, keys)))
        self.listed = 0
        """How many messages came so far, the chosen ones and the others."""
        if "" in self.keys:
            raise UsageError("--key is empty", "Give the identifier of a message.")

    def among(self, messages: Iterable[Message]) -> Iterator[Message]:
        """The chosen ones of a window's messages.

        Where only some are chosen, the window is gone through to its end before the first is given.

        Raises:
            UsageError: the window does not list one of them.
        """
        if not self.keys:
            return self._counted(messages)
        chosen = {
            message.key: message
            for message in self._counted(messages)
            if isinstance(message, FailedMessage) and message.key in self.keys
        }
        missing = [key for key in self.keys if key not in chosen]
        if missing:
            raise UsageError(
                f"The window lists {self.listed:,} failed messages, and not {', '.join(missing)}",
                "Look at the key and at the window. bridge plan without --key records all that it "
                "lists, and bridge report RUN --json has their keys.",
            )
        return iter(chosen.values())

    def _counted(self, messages: Iterable[Message]) -> Iterator[Message]:
        for message in messages:
            self.listed += 1
            yield message
