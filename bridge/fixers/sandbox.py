"""Turns what a pure function may not do into failures: a help for tests, and no protection.

It watches the calls of one thread (`sys.setprofile`), to whatever name they were imported. What it
does not see: what C code calls by itself (a pydantic `default_factory=time.time`), another thread,
and code that means to get around it. Importing a module and reading a time zone are let through:
they bring nothing in that is not the same tomorrow.
"""

from __future__ import annotations

import datetime as dt
import gc
import io
import os
import random
import sys
from collections.abc import Callable, Mapping
from types import CodeType, FrameType, ModuleType
from typing import Any, Final, TypeVar

T = TypeVar("T")

_CLOCK = "reads the clock"
_CHANCE = "asks for randomness"
_FILES = "touches files"
_SYSTEM = "asks the operating system"
_NETWORK = "uses the network"
_ENVIRONMENT = "reads the environment"
_THREAD = "starts a thread"
_PROCESS = "starts a process"
_TERMINAL = "talks to a terminal"
_WATCH = "stops being watched"

_ANY: Final = "*"
_CLOCKS: Final = (
    "clock_gettime",
    "monotonic",
    "perf_counter",
    "process_time",
    "thread_time",
    "time",
)
_BY_MODULE: Final[Mapping[str, Mapping[str, str]]] = {
    "time": {
        **dict.fromkeys(("gmtime", "localtime", "ctime", "sleep"), _CLOCK),
        **{f"{clock}{unit}": _CLOCK for clock in _CLOCKS for unit in ("", "_ns")},
    },
    "posix": {"urandom": _CHANCE, "getrandom": _CHANCE, _ANY: _SYSTEM},
    "_uuid": {_ANY: _CHANCE},
    "_io": {"open": _FILES, "open_code": _FILES},
    "io": {"open": _FILES, "open_code": _FILES},
    "mmap": {_ANY: _FILES},
    "fcntl": {_ANY: _FILES},
    "_sqlite3": {_ANY: _FILES},
    "_socket": {_ANY: _NETWORK},
    "_ssl": {_ANY: _NETWORK},
    "_thread": dict.fromkeys(("start_new_thread", "start_new", "start_joinable_thread"), _THREAD),
    "_posixsubprocess": {_ANY: _PROCESS},
    "_ctypes": {_ANY: _SYSTEM},
    "builtins": {"print": _TERMINAL, "input": _TERMINAL},
    "sys": {"setprofile": _WATCH, "settrace": _WATCH},
}
_PURE: Final = frozenset({"fspath", "_path_normpath", "_path_splitroot", "_path_splitroot_ex"})
"""Of `posix`: what only looks at its arguments."""
_TIMES_OF_NOW: Final = frozenset({"now", "utcnow", "today"})
_BY_CODE: Final[Mapping[CodeType, str]] = {
    method.__code__: _ENVIRONMENT
    for name, method in vars(type(os.environ)).items()
    if name in {"__getitem__", "__setitem__", "__delitem__", "__iter__", "__len__"}
}
_LET_THROUGH: Final = ("_frozen_importlib", "importlib._bootstrap", "zoneinfo")
"""How the names of modules start whose effects are the same tomorrow."""


class Impure(Exception):
    """What was called did something else than look at its arguments."""


class Sandbox:
    """Runs functions, and keeps what they did besides returning something."""

    def __init__(self) -> None:
        self.effects: list[str] = []
        """Each as the rest of a sentence; those too whose failure was caught."""

    def run(self, function: Callable[[], T]) -> T:
        """Call the function; the first impure thing that it does raises `Impure` in it.

        Nothing is collected meanwhile, lest the finalizer of somebody else's garbage be taken for
        a part of the function.
        """
        before, collects = sys.getprofile(), gc.isenabled()
        gc.disable()
        sys.setprofile(self._watch)
        try:
            return function()
        finally:
            sys.setprofile(before)
            if collects:
                gc.enable()

    def _watch(self, frame: FrameType, event: str, called: Any) -> None:
        match event:
            case "c_call":
                effect = _effect_of(called)
            case "call":
                effect = _BY_CODE.get(frame.f_code)
            case _:
                return
        if effect is not None and not self._is_let_through(frame):
            told = f"{effect} ({_spelt(frame, event, called)})"
            self.effects.append(told)
            raise Impure(f"a fixer is pure, and this one {told}")

    def _is_let_through(self, frame: FrameType) -> bool:
        """Whether it is this sandbox, an import or a time zone that does it."""
        own = Sandbox.run.__code__
        if frame.f_code is own:
            return True
        caller: FrameType | None = frame
        while caller is not None and caller.f_code is not own:
            if str(caller.f_globals.get("__name__")).startswith(_LET_THROUGH):
                return True
            caller = caller.f_back
        return False


def _effect_of(function: Any) -> str | None:
    """What a function that is written in C does besides returning something."""
    owner, name = getattr(function, "__self__", None), function.__name__
    if isinstance(owner, ModuleType):
        effects = _BY_MODULE.get(owner.__name__, {})
        return None if name in _PURE else effects.get(name, effects.get(_ANY))
    if isinstance(owner, type):
        return _CLOCK if issubclass(owner, dt.date) and name in _TIMES_OF_NOW else None
    if isinstance(owner, random.Random):
        return _CHANCE
    if isinstance(owner, io.IOBase):
        return None if isinstance(owner, io.StringIO | io.BytesIO) else _FILES
    modules = (kind.__module__ for kind in type(owner).__mro__)
    return next(filter(None, (_BY_MODULE.get(name, {}).get(_ANY) for name in modules)), None)


def _spelt(frame: FrameType, event: str, called: Any) -> str:
    if event == "call":
        return "os.environ"
    owner = getattr(called, "__self__", None)
    of = owner if isinstance(owner, ModuleType | type) else type(owner)
    return f"{of.__name__.removeprefix('_')}.{called.__name__}"
