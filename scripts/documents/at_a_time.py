"""Runs `bridge` as if it were another time: `at_a_time.py 2026-11-24T08:30:00+00:00 plan …`."""

from __future__ import annotations

import datetime as dt
import sys

import time_machine

time_machine.travel(dt.datetime.fromisoformat(sys.argv[1])).start()
sys.argv = ["bridge", *sys.argv[2:]]

from bridge.cli.main import main  # noqa: E402  what it loads may look at the clock

main()
