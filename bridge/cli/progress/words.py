"""The figures in words, for people and for a log. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bridge.cli.progress.pace import in_words
from bridge.cli.progress.tally import Figures, Phase
from bridge.events import Interrupted

_DOING = {
    Phase.STARTING: "Starting",
    Phase.PLANNING: "Planning",
    Phase.CHECKING: "Looking for changes at GoTallo",
    Phase.SENDING: "Sending",
    Phase.VERIFYING: "Asking Salesforce",
}


@dataclass(frozen=True, slots=True)
class Standing:
    """How far it has come, how fast it goes, and how long it takes yet."""

    figures: Figures
    rate: float | None
    """Messages a second."""
    seconds_left: int | None


def line(standing: Standing) -> str:
    """All of it in one line."""
    parts = ", ".join((*how_far(standing), *what_became(standing.figures)))
    return f"{doing(standing.figures)}: {parts}" if parts else doing(standing.figures)


def doing(figures: Figures) -> str:
    """What is being done."""
    return _DOING[figures.phase]


def how_far(standing: Standing) -> tuple[str, ...]:
    """How much of how much is done, how fast, how long yet."""
    figures = standing.figures
    match figures.phase:
        case Phase.PLANNING | Phase.CHECKING:
            parts = [f"{_of(figures.fetched, figures.announced)} fetched"]
            if figures.phase is Phase.PLANNING:
                parts.append(f"{figures.planned:,} planned")
        case Phase.SENDING:
            parts = [f"{figures.done:,} of {figures.to_send:,} done"]
        case Phase.VERIFYING:
            parts = [f"{figures.verified:,} messages looked for"]
        case Phase.STARTING:
            parts = []
    if standing.rate is not None:
        parts.append(f"{_per_second(standing.rate)} a second")
    if standing.seconds_left is not None:
        parts.append(f"about {in_words(standing.seconds_left)} left")
    return tuple(parts)


def what_became(figures: Figures) -> tuple[str, ...]:
    """What became of those that are done, and what it cost."""
    told: list[tuple[int, str]] = []
    if figures.phase is Phase.SENDING:
        told += [
            (figures.sent, "sent"),
            (figures.refused, "refused"),
            (figures.there, "there already"),
            (figures.repaired, "repaired and sent again"),
            (figures.in_doubt, "in doubt"),
        ]
    told.append((figures.held, "held"))
    parts = [f"{count:,} {word}" for count, word in told if count]
    if figures.calls:
        left = "" if figures.calls_left is None else f" ({figures.calls_left:,} left today)"
        parts.append(f"{figures.calls:,} API calls{left}")
    return tuple(parts)


def by_cause(figures: Figures) -> str:
    """What most were refused for; empty where nothing was refused."""
    codes = ", ".join(f"{code} {count:,}" for code, count in figures.refused_for)
    return f"refused for {codes}" if codes else ""


def fields(standing: Standing) -> Mapping[str, object]:
    """The same for a log: names that stay, numbers without commas."""
    figures = standing.figures
    told: dict[str, object] = {"phase": figures.phase.value}
    match figures.phase:
        case Phase.PLANNING | Phase.CHECKING:
            told |= {"fetched": figures.fetched, "announced": figures.announced}
            if figures.phase is Phase.PLANNING:
                told |= {"planned": figures.planned, "held": figures.held}
        case Phase.SENDING:
            told |= {
                "run": figures.run_id,
                "done": figures.done,
                "to_send": figures.to_send,
                "sent": figures.sent,
                "refused": figures.refused,
                "there": figures.there,
                "held": figures.held,
                "in_doubt": figures.in_doubt,
            }
        case Phase.VERIFYING:
            told |= {"verified": figures.verified}
        case Phase.STARTING:
            pass
    return told | {
        "per_second": None if standing.rate is None else round(standing.rate, 1),
        "seconds_left": standing.seconds_left,
        "calls": figures.calls,
        "calls_left": figures.calls_left,
    }


def finishing(event: Interrupted, figures: Figures, flags: str) -> str:
    """What an interrupted sending still does, and how it is gone on with."""
    if event.requests:
        one = event.requests == 1
        asked = "the request" if one else f"the {event.requests} requests"
        under_way = f"finishing {asked} under way ({event.messages:,} messages)"
    else:
        under_way = "no request is under way"
    not_sent = max(0, figures.left - event.messages)
    return (
        f"Interrupted: {under_way}; {not_sent:,} not sent. To go on: bridge apply {event.run_id}"
        f"{flags}. A second interrupt does not wait."
    )


def cut_off(figures: Figures, flags: str) -> str:
    """What to know where a command was ended before it could end by itself."""
    match figures.phase:
        case Phase.SENDING:
            return (
                "Interrupted. What was under way is in doubt; to settle it and go on: bridge apply "
                f"{figures.run_id}{flags} --wait"
            )
        case Phase.PLANNING:
            return (
                "Interrupted. Nothing was sent, and a plan that is not whole never is: run the "
                "same command again."
            )
        case _:
            return "Interrupted. Nothing was sent: run the same command again."


def _of(count: int, whole: int | None) -> str:
    return f"{count:,}" if whole is None or whole < count else f"{count:,} of {whole:,}"


def _per_second(rate: float) -> str:
    return f"{rate:,.0f}" if rate >= 10 else f"{rate:.1f}"
