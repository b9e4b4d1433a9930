"""Options that several commands share, and what they come to."""

from __future__ import annotations

import datetime as dt
import functools
import inspect
import shlex
from collections.abc import Callable, Mapping, Sequence
from contextvars import ContextVar
from pathlib import Path
from typing import Annotated, Any, Protocol
from zoneinfo import ZoneInfo

import typer

from bridge.cli import completion, handover
from bridge.cli.handover import Handover
from bridge.cli.interrupts import IN_DOUBT, interruptible
from bridge.cli.log_choice import LogFormat, LogLevel
from bridge.cli.logs import set_up_logs
from bridge.errors import UsageError, WindowError
from bridge.model import Window
from bridge.settings import Layered, Settings, load, look
from bridge.settings_file import refuse_password
from bridge.window import DEFAULT_ZONE, between, day, yesterday

Yesterday = Annotated[
    bool, typer.Option("--yesterday", help="The day before today: the one of the e-mail.")
]
Date = Annotated[
    str | None, typer.Option("--date", metavar="D", help="One day, such as 2026-11-22.")
]
From = Annotated[
    str | None, typer.Option("--from", metavar="T", help="Start: a date or an ISO 8601 time.")
]
Till = Annotated[
    str | None, typer.Option("--till", metavar="T", help="End: a date or an ISO 8601 time.")
]
Zone = Annotated[
    str | None,
    typer.Option("--tz", metavar="ZONE", help="IANA zone of a day or bare time. Default: UTC."),
]
Expect = Annotated[
    int | None,
    typer.Option("--expect", min=0, metavar="N", help="How many failures the e-mail lists."),
]
Limit = Annotated[
    int | None,
    typer.Option("--limit", min=1, metavar="N", help="Send this many at most, earliest first."),
]
Keys = Annotated[
    list[str] | None,
    typer.Option("--key", metavar="K", help="Only the message of this identifier; repeatable."),
]
CauseIds = Annotated[
    list[str] | None,
    typer.Option("--cause", metavar="ID", help="Only this cause: bridge causes; repeatable."),
]
StillOpen = Annotated[
    bool, typer.Option("--open", help="All that is open in the ledger, instead of a window.")
]
EvenIfDeleted = Annotated[
    bool,
    typer.Option("--even-if-deleted", help="Send again what was deleted; with --key and --why."),
]
Why = Annotated[
    str | None, typer.Option("--why", metavar="TEXT", help="Why it is sent again: on record.")
]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Send without asking.")]
LanesOption = Annotated[
    int, typer.Option("--lanes", min=1, max=16, metavar="N", help="Conversations side by side.")
]
RoundsOption = Annotated[
    int,
    typer.Option(
        "--rounds",
        min=0,
        max=9,
        metavar="N",
        help="Repairs of a message refused for another reason. 0: only what the plan shows.",
    ),
]
NoCanary = Annotated[
    bool, typer.Option("--no-canary", help="Send all at once, without trying a few first.")
]
Approve = Annotated[
    list[str] | None,
    typer.Option("--approve", metavar="all|CAUSE|KEY", help="Let go what waits; repeatable."),
]
Wait = Annotated[
    bool,
    typer.Option("--wait", help="Wait for another run to end, and until doubts can be settled."),
]
DetailedExit = Annotated[
    bool, typer.Option("--detailed-exitcode", help="Exit with 3 where the plan holds some back.")
]
RunId = Annotated[
    str,
    typer.Argument(
        metavar="RUN", help="The run's id, or how it starts.", autocompletion=completion.run_ids
    ),
]
PerhapsRunId = Annotated[
    str | None,
    typer.Argument(
        metavar="[RUN]", help="The run's id, or how it starts.", autocompletion=completion.run_ids
    ),
]

_COMMON: dict[str, Any] = {
    "ledger": Annotated[
        str | None, typer.Option("--ledger", metavar="PATH", help="Beats BRIDGE_LEDGER.")
    ],
    "mapping": Annotated[
        Path | None, typer.Option("--mapping", metavar="FILE", help="Beats BRIDGE_MAPPING.")
    ],
    "config": Annotated[
        Path | None, typer.Option("--config", metavar="FILE", help="Instead of bridge.toml.")
    ],
    "profile": Annotated[
        str | None,
        typer.Option(
            "--profile",
            envvar="BRIDGE_PROFILE",
            metavar="NAME",
            help="In bridge.toml.",
            autocompletion=completion.profiles,
        ),
    ],
    "log_format": Annotated[LogFormat, typer.Option("--log-format", help="Of stderr.")],
    "log_level": Annotated[LogLevel | None, typer.Option("--log-level", help="Of stderr.")],
    "log_file": Annotated[
        Path | None, typer.Option("--log-file", metavar="FILE", help="JSON lines, appended.")
    ],
}


_LIMITS: dict[str, Any] = {
    "max_refused": Annotated[
        str | None,
        typer.Option("--max-refused", metavar="N|P%|none", help="Stop at so many refused."),
    ],
    "max_new_refused": Annotated[
        str | None,
        typer.Option("--max-new-refused", metavar="N|none", help="Of one cause not in the plan."),
    ],
    "max_calls": Annotated[
        str | None, typer.Option("--max-calls", metavar="N|none", help="Stop at so many calls.")
    ],
    "api_reserve": Annotated[
        str | None,
        typer.Option("--api-reserve", metavar="N|P%|none", help="Calls a day left to others."),
    ],
    "max_age_days": Annotated[
        str | None,
        typer.Option("--max-age-days", metavar="N|none", help="Send no older message unasked."),
    ],
    "max_plan_hours": Annotated[
        str | None, typer.Option("--max-plan-hours", metavar="N|none", help="Send no older plan.")
    ],
}
"""Each beats the setting of its name, with `BRIDGE_` before it."""


def with_settings(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options of every command, and hand it the settings they come to."""
    return _with_options(command, _COMMON, load)


def with_settings_and_files(command: Callable[..., None]) -> Callable[..., None]:
    """The same for a command that leaves a summary and metrics, where they are asked for.

    It is handed the settings and a `Handover`.
    """
    return _with_options(command, {**handover.OPTIONS, **_COMMON}, load)


def with_layers(command: Callable[..., None]) -> Callable[..., None]:
    """The same for a command that looks at the settings themselves, whatever is wrong with them."""
    return _with_options(command, _COMMON, look, "Interrupted. Nothing was written.")


def with_settings_and_limits(command: Callable[..., None]) -> Callable[..., None]:
    """The same for a command that sends: with the options that say where it stops."""
    return _with_options(command, {**_LIMITS, **handover.OPTIONS, **_COMMON}, load)


class _Read(Protocol):
    def __call__(
        self, given: Mapping[str, object], *, config: Path | None, profile: str | None
    ) -> object: ...


def _with_options(
    command: Callable[..., None],
    options: Mapping[str, Any],
    read: _Read,
    interrupted: str = IN_DOUBT,
) -> Callable[..., None]:
    @functools.wraps(command)
    def run(**given: Any) -> None:
        common = {name: given.pop(name) for name in options}
        files = [common.pop(name) for name in handover.OPTIONS if name in options]
        if not files:
            with interruptible(interrupted):
                _run(common, given)
            return
        with (
            interruptible(interrupted),
            handover.handing_over(command.__name__, common["profile"], *files) as known,
        ):
            _run(common, given, known)

    def _run(common: Mapping[str, Any], given: Mapping[str, Any], *known: Handover) -> None:
        refuse_password(common["ledger"], "--ledger")
        _repeated.set(_as_flags(common))
        set_up_logs(common["log_format"], common["log_level"], common["log_file"])
        beating = ("ledger", "mapping", *_LIMITS)
        flags = {f"bridge_{name}": common.get(name) for name in beating}
        settings = read(
            {name: value for name, value in flags.items() if value is not None},
            config=common["config"],
            profile=common["profile"],
        )
        command(settings, *known, **given)

    every = inspect.signature(command, eval_str=True).parameters.values()
    own = [one for one in every if one.annotation not in _HANDED]
    shared = [
        inspect.Parameter(
            name,
            inspect.Parameter.KEYWORD_ONLY,
            default=LogFormat.CONSOLE if name == "log_format" else None,
            annotation=annotation,
        )
        for name, annotation in options.items()
    ]
    own = [parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY) for parameter in own]
    signature = inspect.Signature([*own, *shared])
    run.__signature__ = signature  # type: ignore[attr-defined]
    run.__annotations__ = {p.name: p.annotation for p in signature.parameters.values()}
    del run.__wrapped__
    return run


_HANDED = (Settings, Layered, Handover)
"""What a command is handed, and no option gives."""

_repeated: ContextVar[str] = ContextVar("repeated", default="")


def repeated_flags() -> str:
    """The flags of this command that a further one needs too, with a space before them."""
    return _repeated.get()


def _as_flags(common: Mapping[str, Any]) -> str:
    names = ("ledger", "config", "profile", "mapping")
    given = [(f"--{name}", str(common[name])) for name in names if common[name] is not None]
    return "".join(f" {flag} {shlex.quote(value)}" for flag, value in given)


def causes_of(given: Sequence[str] | None) -> Sequence[str]:
    """The causes that `--cause` names.

    Raises:
        UsageError: an id was forgotten, so that the next option stands in its place.
    """
    causes = given or ()
    if any(not one.strip() or one.startswith("-") for one in causes):
        raise UsageError("--cause needs the id of a cause", "bridge causes lists them.")
    return causes


def reason_of(*, even_if_deleted: bool, keys: Sequence[str], why: str | None) -> str | None:
    """Why messages are sent again that were deleted in the org; None where they are not.

    Raises:
        UsageError: a part of the order is missing.
    """
    reason = (why or "").strip()
    if even_if_deleted and not (keys and reason):
        raise UsageError(
            "--even-if-deleted needs --key and --why",
            "Name each message that is to be sent again, and the reason that goes on record.",
        )
    if why is not None and not even_if_deleted:
        raise UsageError(
            "--why goes with --even-if-deleted",
            "Give both to send again what somebody deleted in Salesforce, or neither.",
        )
    return reason or None


def window_of(
    *,
    yesterday_too: bool,
    date: str | None,
    from_time: str | None,
    till_time: str | None,
    zone: str | None,
    instead: str = "",
) -> tuple[Window, str]:
    """The window that the options name, and the options that name it again on another day.

    `instead` says what else a command takes in the place of a window.

    Raises:
        WindowError: none or more than one is named, or it is no window.
    """
    ways = [yesterday_too, date is not None, from_time is not None or till_time is not None]
    if sum(ways) != 1:
        raise WindowError(
            "Name one window" + (", not several" if sum(ways) > 1 else ""),
            f"Give --yesterday, or --date 2026-11-22, or --from T --till T{instead}.",
        )
    window, words = _named_window(yesterday_too, date, from_time, till_time, zone or DEFAULT_ZONE)
    if window.from_time > dt.datetime.now(dt.UTC):
        raise WindowError(
            f"The window starts in the future: {window.from_time:%Y-%m-%d %H:%M} UTC",
            "Look at the year and the zone.",
        )
    return window, words


def _named_window(
    yesterday_too: bool,
    date: str | None,
    from_time: str | None,
    till_time: str | None,
    in_zone: str,
) -> tuple[Window, str]:
    if yesterday_too:
        window = yesterday(in_zone, dt.datetime.now(dt.UTC))
        return window, _day_words(window, in_zone)
    if date is not None:
        window = day(date, in_zone)
        return window, _day_words(window, in_zone)
    if from_time is None or till_time is None:
        raise WindowError(
            "--from and --till go together", "Give both, or --date 2026-11-22 for a whole day."
        )
    words = ["--from", from_time, "--till", till_time, "--tz", in_zone]
    return between(from_time, till_time, in_zone), shlex.join(words)


def _day_words(window: Window, zone: str) -> str:
    local = window.from_time.astimezone(ZoneInfo(window.zone))
    return shlex.join(["--date", f"{local:%Y-%m-%d}", "--tz", zone])
