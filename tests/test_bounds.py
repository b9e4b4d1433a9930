"""The bounds that others rest on: a lease is not taken over, and no doubt settled, too early."""

from __future__ import annotations

from bridge.bounds import (
    BEAT_SECONDS,
    CALL_SECONDS,
    CONNECT_SECONDS,
    PLATFORM_SECONDS,
    REST_SECONDS,
    SETTLE_SECONDS,
    WRITE_SECONDS,
)
from bridge.delivery import Tempo
from bridge.ledger.engine import BUSY_SECONDS
from bridge.ledger.leases import SILENCE_SECONDS
from bridge.settings import Settings


def test_a_silent_holder_sends_nothing_any_more_when_its_lease_is_taken_over() -> None:
    loses_touch = BEAT_SECONDS + BUSY_SECONDS
    last_request_ends = REST_SECONDS + WRITE_SECONDS
    assert loses_touch + last_request_ends < SILENCE_SECONDS


def test_a_holder_that_lives_is_heard_of_several_times_within_the_silence() -> None:
    assert 3 * (BEAT_SECONDS + BUSY_SECONDS) < SILENCE_SECONDS


def test_an_insert_has_time_for_a_whole_call_on_a_new_connection() -> None:
    assert CONNECT_SECONDS + CALL_SECONDS < WRITE_SECONDS


def test_a_request_takes_no_effect_any_more_once_its_absence_settles_it() -> None:
    assert REST_SECONDS + WRITE_SECONDS + PLATFORM_SECONDS < SETTLE_SECONDS
    assert Tempo().settle_seconds == SETTLE_SECONDS
    assert Settings.model_fields["bridge_settle_seconds"].default == SETTLE_SECONDS
