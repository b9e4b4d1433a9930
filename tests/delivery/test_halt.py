"""The switch that ends a run: from any thread, and from the handler of a signal."""

from __future__ import annotations

import sys
import threading
from types import FrameType
from typing import Any

from bridge.delivery import Halt
from bridge.errors import SafetyStop


def test_the_first_reason_stays() -> None:
    halt = Halt()
    first = SafetyStop("first", "")
    halt.throw(first)
    halt.throw(None)
    assert (halt.thrown, halt.reason) == (True, first)


def test_a_signal_that_comes_while_it_is_thrown_may_throw_it_too() -> None:
    """A handler runs between two steps of the thread that it stops: here between any two."""

    def throw_at_each_line() -> None:
        halt = Halt()

        def step(frame: FrameType, event: str, _: Any) -> Any:
            if event == "line":
                halt.throw(None)
            return step

        sys.settrace(lambda frame, *_: step if frame.f_code is Halt.throw.__code__ else None)
        halt.throw(None)
        sys.settrace(None)
        ended.append(halt.thrown)

    ended: list[bool] = []
    thread = threading.Thread(target=throw_at_each_line, daemon=True)
    thread.start()
    thread.join(30)
    assert ended == [True]


def test_a_part_ends_alone_and_the_whole_ends_its_part() -> None:
    whole = Halt()
    whole.part().throw(SafetyStop("of the part", ""))
    assert not whole.thrown
    second = whole.part()
    whole.throw(None)
    second.pause(3600)
    assert second.thrown
    assert whole.part().thrown
