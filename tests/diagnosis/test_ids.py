from __future__ import annotations

import pytest

from bridge.diagnosis.ids import ids_in


@pytest.mark.parametrize(
    "word",
    [
        "001000000000001",
        "001000000000001AAA",
        "00D5g00000PRACTEA5",
        "a0K7F00000G6qYb",
        "0QK1e000000XyzT",
    ],
)
def test_an_id_is_seen(word: str) -> None:
    assert ids_in(f"x: {word}, and [{word}] again/{word}.") == (word,)


@pytest.mark.parametrize(
    "word",
    [
        pytest.param("acknowledgement", id="a word of 15 letters"),
        pytest.param("001000000000001AAB", id="wrong check letters"),
        pytest.param("262358007148636", id="a number of 15 digits"),
        pytest.param("92dd772d38bd4d64abf832fe279b189b", id="32 digits of a uuid"),
        pytest.param("0010000000000012345", id="19 characters"),
        pytest.param("0x7f3a0c0012345", id="a memory address"),
        pytest.param("REQUESTTIMEDOUT", id="a word in capitals"),
    ],
)
def test_what_only_looks_like_one_is_not(word: str) -> None:
    assert ids_in(word) == ()


def test_ids_come_in_their_order_each_once() -> None:
    text = "005000000000001AAA 001000000000001AAA 005000000000001AAA"
    assert ids_in(text) == ("005000000000001AAA", "001000000000001AAA")
