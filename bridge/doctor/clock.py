"""Our clock against that of a remote. Pure."""

from __future__ import annotations

import datetime as dt

from bridge.doctor.verdict import Verdict, good, warning

_CLOSE = dt.timedelta(seconds=30)
"""Of a remote's time we know the second in which it answered, and the answer was under way."""


def judge(ours: dt.datetime, theirs: dt.datetime | None, who: str) -> Verdict:
    """Whether both clocks tell the same time.

    Args:
        ours: when the answer was there.
        theirs: when it was given; None where it did not say.
        who: gave it.
    """
    if theirs is None:
        return warning(
            f"{who} told no time with its answer, so the clock can't be compared",
            "See whether a proxy stands between that takes the header Date away.",
        )
    off = ours - theirs
    if abs(off) <= _CLOSE:
        return good(f"this machine's clock agrees with {who}'s")
    where = "ahead of" if off > dt.timedelta(0) else "behind"
    return warning(
        f"this machine's clock is {_told(abs(off))} {where} {who}'s",
        "Set this machine's clock (NTP): days, ages and the waiting for an answer go by it.",
    )


def _told(off: dt.timedelta) -> str:
    seconds = round(off.total_seconds())
    if seconds < 120:
        return f"{seconds} seconds"
    minutes = seconds // 60
    return f"{minutes} minutes" if minutes < 120 else f"{minutes // 60} hours"
