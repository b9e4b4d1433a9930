"""The two listings of a window joined into failed messages, each key once."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, TypeAlias, assert_never

from bridge.gotallo.wire import (
    Page,
    Result,
    SalesforceResult,
    Shape,
    StandardResult,
    read_result,
)
from bridge.model import FailedMessage, Origin, UnreadableMessage

Listing: TypeAlias = Callable[[Shape], Iterator[Page]]
"""From a shape to the pages of the window in it."""

_NO_RECORD: Final[dict[str, None]] = {}


@dataclass(frozen=True, slots=True)
class Summary:
    """What a fetch came to."""

    announced: int | None
    """How many failed messages GoTallo said there are; None where it did not say."""
    messages: int
    """How many came, each once, the unreadable ones too."""
    unreadable: int
    repeated: int
    """How many results were of a key that the same listing had shown before."""
    pages: int
    notes: tuple[str, ...]
    """What a person should know: sentences, without anybody's data."""


class Stream:
    """The failed messages of a window, as they arrive; to be read once.

    A record that has its error comes at once. One without waits for its message of the standard
    shape, which is asked for only where some record waits or the salesforce shape lists nothing.
    """

    def __init__(self, listing: Listing) -> None:
        self._listing = listing
        self._delivered: set[str] = set()
        """The keys that the reader has been given."""
        self._waiting: dict[str, str] = {}
        """Key → raw JSON of a record without an error: text, since there may be very many."""
        self._unpaired: dict[str, StandardResult] = {}
        """Key → standard message whose record has not come, and may still."""
        self._listed: dict[tuple[type, str], int] = {}
        """Shape and key → hash of the first such result of the listing that is being read."""
        self._announced: int | None = None
        self._messages = self._unreadable = self._repeated = self._differing = self._pages = 0
        self._unrecorded = 0
        self._notes: list[str] = []

    @property
    def summary(self) -> Summary:
        """What has come so far; final once the stream has ended."""
        return Summary(
            announced=self._announced,
            messages=self._messages,
            unreadable=self._unreadable,
            repeated=self._repeated,
            pages=self._pages,
            notes=tuple(self._notes),
        )

    def note(self, sentence: str) -> None:
        """Add a note, once."""
        if sentence not in self._notes:
            self._notes.append(sentence)

    def __iter__(self) -> Iterator[FailedMessage | UnreadableMessage]:
        for message in self._joined():
            self._messages += 1
            if isinstance(message, UnreadableMessage):
                self._unreadable += 1
            else:
                self._delivered.add(message.key)
            yield message
        self._note_ends()

    def _joined(self) -> Iterator[FailedMessage | UnreadableMessage]:
        listed = 0
        for result in self._results(Shape.SALESFORCE):
            listed += 1
            yield from self._accept(result)
        if self._waiting or not listed:
            for result in self._results(Shape.STANDARD):
                yield from self._accept(result)
                yield from self._release_unpaired()
        yield from self._release_unpaired()
        for raw in self._waiting.values():
            yield _record_alone(_reread(raw))

    def _results(self, shape: Shape) -> Iterator[Result]:
        self._listed.clear()
        counts: list[int] = []
        arrived = 0
        for page in self._listing(shape):
            self._pages += 1
            if page.count is not None:
                if not counts:
                    self._announced = max(self._announced or 0, page.count)
                counts.append(page.count)
            arrived += len(page.results)
            yield from page.results
        if counts:
            self._note_counts(shape, counts, arrived)

    def _accept(self, result: Result) -> Iterator[FailedMessage | UnreadableMessage]:
        match result:
            case UnreadableMessage():
                yield result
            case SalesforceResult():
                self._count_repeat(result)
                yield from self._accept_record(result)
            case StandardResult():
                self._count_repeat(result)
                yield from self._accept_standard(result)
            case _:
                assert_never(result)

    def _accept_record(self, result: SalesforceResult) -> Iterator[FailedMessage]:
        key = result.key
        if key in self._delivered:
            return
        if key in self._unpaired:
            yield _pair(result, self._unpaired.pop(key))
        elif result.error_text is not None:
            self._waiting.pop(key, None)
            yield _record_alone(result)
        else:
            self._waiting.setdefault(key, result.raw)

    def _accept_standard(self, result: StandardResult) -> Iterator[FailedMessage]:
        key = result.key
        if key in self._delivered:
            return
        if key in self._waiting:
            yield _pair(_reread(self._waiting.pop(key)), result)
        else:
            self._unpaired.setdefault(key, result)

    def _release_unpaired(self) -> Iterator[FailedMessage]:
        for key in list(self._unpaired):
            self._unrecorded += 1
            yield _standard_alone(self._unpaired.pop(key))

    def _count_repeat(self, result: SalesforceResult | StandardResult) -> None:
        content = hash(result.raw)
        first = self._listed.get((type(result), result.key))
        if first is None:
            self._listed[type(result), result.key] = content
        else:
            self._repeated += 1
            self._differing += first != content

    def _note_ends(self) -> None:
        if self._waiting:
            self.note(
                f"{len(self._waiting)} came without an error text: only the salesforce shape "
                "lists them."
            )
        if self._unrecorded:
            self.note(
                f"{self._unrecorded} came without a record: only the standard shape lists them."
            )
        if self._differing:
            self.note(
                f"{self._differing} of {self._repeated} repeated results differ from the first of "
                "their key."
            )

    def _note_counts(self, shape: Shape, counts: list[int], arrived: int) -> None:
        if arrived != counts[-1]:
            self.note(
                f"GoTallo announced {counts[-1]} results in the {shape} shape and listed {arrived}."
            )
        if len(set(counts)) > 1:
            self.note(
                f"The list in the {shape} shape changed while it was read: GoTallo announced "
                f"{counts[0]} results at first and {counts[-1]} in the end."
            )


def _record_alone(result: SalesforceResult) -> FailedMessage:
    return FailedMessage(
        key=result.key,
        record=result.record,
        standard=_NO_RECORD,
        error_text=result.error_text,
        origin=Origin.SALESFORCE,
        raw=result.raw,
    )


def _standard_alone(result: StandardResult) -> FailedMessage:
    return FailedMessage(
        key=result.key,
        record=_NO_RECORD,
        standard=result.message,
        error_text=result.error_text,
        origin=Origin.STANDARD,
        raw=result.raw,
    )


def _pair(record: SalesforceResult, standard: StandardResult) -> FailedMessage:
    return FailedMessage(
        key=record.key,
        record=record.record,
        standard=standard.message,
        error_text=record.error_text or standard.error_text,
        origin=Origin.BOTH,
        raw=f"[{record.raw}, {standard.raw}]",
    )


def reread(raw: str, origin: Origin | None) -> FailedMessage | UnreadableMessage:
    """A message once more from the JSON that was kept of it.

    Args:
        raw: the message's own `raw`.
        origin: what it was read from; None where it could not be read.
    """
    parsed = json.loads(raw)
    parts = parsed if origin is Origin.BOTH else [parsed]
    results = [read_result(part) for part in parts]
    match results:
        case [SalesforceResult() as record, StandardResult() as standard]:
            return _pair(record, standard)
        case [SalesforceResult() as record]:
            return _record_alone(record)
        case [StandardResult() as standard]:
            return _standard_alone(standard)
        case _:
            reasons = (one.reason for one in results if isinstance(one, UnreadableMessage))
            return UnreadableMessage(next(reasons, "it is no failed message"), raw)


def _reread(raw: str) -> SalesforceResult:
    result = read_result(json.loads(raw))
    assert isinstance(result, SalesforceResult), "raw is what was read as a record"  # noqa: S101
    return result
