from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from bridge.gotallo.stream import Stream
from bridge.gotallo.wire import Page, Shape, read_page
from bridge.model import FailedMessage, Origin, UnreadableMessage
from tests.gotallo.samples import (
    ERROR,
    KEY,
    Json,
    key_of,
    page,
    salesforce_result,
    standard_result,
)

Pages = Sequence[bytes]


class Listings:
    """Both listings, and which of them was read."""

    def __init__(self, salesforce: Pages, standard: Pages = ()) -> None:
        self._pages = {Shape.SALESFORCE: salesforce, Shape.STANDARD: standard}
        self.read: list[Shape] = []

    def __call__(self, shape: Shape) -> Iterator[Page]:
        self.read.append(shape)
        return map(read_page, self._pages[shape])


def messages(stream: Stream) -> list[FailedMessage]:
    return [message for message in stream if isinstance(message, FailedMessage)]


def test_records_with_their_error_need_no_second_listing() -> None:
    listings = Listings([page(salesforce_result(log_message=ERROR))])
    (message,) = messages(Stream(listings))
    assert (message.key, message.error_text) == (KEY, ERROR)
    assert message.origin is Origin.SALESFORCE
    assert message.record["Text__c"] == "A text of 12"
    assert message.standard == {}
    assert listings.read == [Shape.SALESFORCE]


def test_a_record_without_its_error_is_joined_to_its_standard_message() -> None:
    listings = Listings([page(salesforce_result())], [page(standard_result())])
    (message,) = messages(Stream(listings))
    assert (message.key, message.error_text) == (KEY, ERROR)
    assert message.origin is Origin.BOTH
    assert message.record["Text__c"] == "A text of 12"
    assert message.standard["status"] == "sync_failed"
    assert "Social25__Text__c" in message.raw
    assert "sync_failed" in message.raw


def test_a_record_with_its_error_does_not_wait_for_one_without() -> None:
    listings = Listings(
        [page(salesforce_result(key_of(1)), salesforce_result(key_of(2), log_message=ERROR))],
        [page(standard_result(key_of(1)), standard_result(key_of(2)))],
    )
    stream = iter(Stream(listings))
    first = next(stream)
    assert isinstance(first, FailedMessage)
    assert first.key == key_of(2)
    assert listings.read == [Shape.SALESFORCE]
    assert [m.key for m in stream if isinstance(m, FailedMessage)] == [key_of(1)]


def test_a_record_without_a_partner_is_kept_and_noted() -> None:
    stream = Stream(Listings([page(salesforce_result())], [page()]))
    (message,) = messages(stream)
    assert (message.error_text, message.origin) == (None, Origin.SALESFORCE)
    assert "1 came without an error text" in " ".join(stream.summary.notes)


def test_a_message_of_the_standard_shape_alone_is_kept_and_noted() -> None:
    stream = Stream(Listings([page()], [page(standard_result())]))
    (message,) = messages(stream)
    assert (message.key, message.error_text) == (KEY, ERROR)
    assert (message.origin, message.record) == (Origin.STANDARD, {})
    assert message.standard == standard_result()
    assert "1 came without a record" in " ".join(stream.summary.notes)


def test_an_endpoint_that_only_knows_the_standard_shape_is_read() -> None:
    listings = Listings([page(standard_result())], [page(standard_result())])
    stream = Stream(listings)
    (message,) = messages(stream)
    assert message.origin is Origin.STANDARD
    assert stream.summary.repeated == 0
    assert listings.read == [Shape.SALESFORCE]


def test_an_endpoint_that_only_knows_the_salesforce_shape_is_read() -> None:
    listing = [page(salesforce_result())]
    stream = Stream(Listings(listing, listing))
    (message,) = messages(stream)
    assert (message.origin, message.error_text) == (Origin.SALESFORCE, None)
    assert stream.summary.repeated == 0


def test_of_two_copies_the_one_with_the_error_is_taken() -> None:
    stream = Stream(
        Listings([page(salesforce_result()), page(salesforce_result(log_message=ERROR))], [page()])
    )
    (message,) = messages(stream)
    assert message.error_text == ERROR
    assert stream.summary.repeated == 1
    assert any("1 of 1 repeated results differ" in note for note in stream.summary.notes)


def test_the_same_copy_twice_is_one_message_and_no_note() -> None:
    result = salesforce_result(log_message=ERROR)
    stream = Stream(Listings([page(result, count=2), page(result, count=2)]))
    assert len(messages(stream)) == 1
    assert (stream.summary.repeated, stream.summary.notes) == (1, ())


def test_unreadable_results_are_handed_on_and_counted() -> None:
    stream = Stream(Listings([page(None, salesforce_result(log_message=ERROR), {"x": 1})]))
    kinds = Counter(type(message) for message in stream)
    assert kinds == {UnreadableMessage: 2, FailedMessage: 1}
    assert (stream.summary.messages, stream.summary.unreadable) == (3, 2)


def test_a_count_that_disagrees_with_what_came_is_noted() -> None:
    stream = Stream(Listings([page(salesforce_result(log_message=ERROR), count=34)]))
    list(stream)
    assert stream.summary.announced == 34
    assert any("announced 34" in note and "listed 1" in note for note in stream.summary.notes)


def test_a_count_that_changes_while_it_is_read_is_noted() -> None:
    pages = [
        page(salesforce_result(key_of(n), log_message=ERROR), count=count)
        for n, count in enumerate([1, 2])
    ]
    stream = Stream(Listings(pages))
    list(stream)
    assert stream.summary.announced == 1
    assert any("1 results at first and 2 in the end" in note for note in stream.summary.notes)


def test_nothing_failed_is_nothing_to_note() -> None:
    stream = Stream(Listings([page()], [page()]))
    assert list(stream) == []
    assert (stream.summary.announced, stream.summary.messages, stream.summary.notes) == (0, 0, ())


@dataclass
class Morning:
    """What failed, by key: which shapes have it, and whether its record has the error."""

    salesforce: dict[int, bool]
    standard: set[int]


mornings = st.builds(
    Morning,
    salesforce=st.dictionaries(st.integers(0, 12), st.booleans()),
    standard=st.sets(st.integers(0, 12)),
)


def in_pages(results: Sequence[Json], shuffler: random.Random) -> Pages:
    """The results in any order, some repeated, cut into pages anywhere."""
    repeated = shuffler.choices(results, k=shuffler.randrange(4)) if results else []
    listed = [*results, *repeated]
    shuffler.shuffle(listed)
    cuts = sorted(shuffler.choices(range(len(listed) + 1), k=3))
    bounds = zip([0, *cuts], [*cuts, len(listed)], strict=True)
    return [page(*listed[start:end], count=len(listed)) for start, end in bounds]


@given(mornings, st.randoms(use_true_random=False))
def test_however_it_is_listed_each_key_comes_exactly_once(
    morning: Morning, shuffler: random.Random
) -> None:
    records = [
        salesforce_result(key_of(n), **({"log_message": ERROR} if has_error else {}))
        for n, has_error in morning.salesforce.items()
    ]
    standards = [standard_result(key_of(n)) for n in morning.standard]
    listings = Listings(in_pages(records, shuffler), in_pages(standards, shuffler))
    stream = Stream(listings)
    came = messages(stream)

    expected = set(morning.salesforce)
    if len(listings.read) == 2:
        expected |= morning.standard
    assert Counter(m.key for m in came) == Counter(key_of(n) for n in expected)
    assert stream.summary.messages == len(expected)
    assert not any("announced" in note for note in stream.summary.notes)

    for message in came:
        number = int(message.key, 16)
        assert bool(message.record) == (number in morning.salesforce)
        knows = morning.salesforce.get(number, False) or number in morning.standard
        assert message.error_text == (ERROR if knows else None)


@given(mornings, st.randoms(use_true_random=False))
def test_however_the_shapes_are_mixed_each_key_comes_exactly_once(
    morning: Morning, shuffler: random.Random
) -> None:
    results = [
        salesforce_result(key_of(n), **({"log_message": ERROR} if has_error else {}))
        for n, has_error in morning.salesforce.items()
    ] + [standard_result(key_of(n)) for n in morning.standard]
    listings = Listings(in_pages(results, shuffler), in_pages(results, shuffler))
    came = messages(Stream(listings))
    expected = set(morning.salesforce) | morning.standard
    assert Counter(m.key for m in came) == Counter(key_of(n) for n in expected)
    for message in came:
        assert bool(message.record) == (int(message.key, 16) in morning.salesforce)
