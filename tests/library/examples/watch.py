from __future__ import annotations

import signal
from collections import Counter

from bridge import Event, Halt, resync, yesterday
from bridge.events import MessageOutcome, SendingFinished

halt = Halt()
signal.signal(signal.SIGTERM, lambda *_: halt.throw(None))
became: Counter[str] = Counter()


def observe(event: Event) -> None:
    match event:
        case MessageOutcome():
            became[event.state.value] += 1
        case SendingFinished():
            print(event.run_id, event.kind.value, dict(became))
        case _:
            pass


resync(yesterday("UTC"), observe=observe, halt=halt)
