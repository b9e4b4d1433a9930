"""Writes a fixer of one's own to begin with: a distribution that works and passes its own tests.

The files are those of `templates/`, where `$name` is the fixer, `$Name` its class without the
`Fixer` behind it, and `$distribution` what is installed.
"""

from __future__ import annotations

import importlib.util
import keyword
import sys
from importlib import resources
from pathlib import Path
from string import Template
from typing import Final

from bridge.errors import UsageError
from bridge.fixers import NAME, names

_LONGEST: Final = 32
_MEAN_SOMETHING: Final = frozenset({"new", "retry", "hold", "skip", "bridge", "tests", "src"})
"""Words of commands, of mappings and of folders."""
_FILES: Final = {
    "pyproject.toml": "pyproject.toml",
    "README.md": "README.md",
    "src/$name/__init__.py": "package.py",
    "src/$name/fixer.py": "fixer.py",
    "src/$name/py.typed": "py.typed",
    "tests/test_$name.py": "test.py",
}


def write_skeleton(name: str, into: Path) -> Path:
    """Write a distribution with one fixer.

    Args:
        name: what a mapping will call it.
        into: an existing folder, in which the new one is made.

    Returns:
        The new folder.

    Raises:
        UsageError: the name is none or taken, the folder is there, or it can't be written.
    """
    _refuse_name(name)
    words = {
        "name": name,
        "Name": "".join(part.capitalize() for part in name.split("_")),
        "distribution": f"bridge-fixer-{name.replace('_', '-')}",
    }
    folder = into / name
    try:
        folder.mkdir()
        for path, template in _FILES.items():
            file = folder / Template(path).substitute(words)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(Template(_template(template)).substitute(words), encoding="utf-8")
    except FileExistsError as exc:
        raise UsageError(
            f"{folder} is there already, and nothing was written",
            "Choose another name, or another folder with --into.",
        ) from exc
    except OSError as exc:
        raise UsageError(
            f"{folder} can't be written: {exc.strerror or exc}",
            "Name a folder that is there and that you may write to: --into DIR.",
        ) from exc
    return folder


def _template(name: str) -> str:
    return (resources.files("bridge.skeleton") / "templates" / f"{name}.template").read_text(
        "utf-8"
    )


def _refuse_name(name: str) -> None:
    """It becomes the word of a mapping and a Python package, and must be neither yet.

    Raises:
        UsageError: it can't.
    """
    if NAME.fullmatch(name) is None or len(name) > _LONGEST:
        raise UsageError(
            f'A fixer can\'t be called "{name}"',
            f"A name is up to {_LONGEST} characters in lower case, with underscores between words, "
            "such as plain_spaces.",
        )
    if name in names():
        raise UsageError(
            f'There is a fixer "{name}" already',
            f"Choose another name; bridge fixers {name} shows what that one does.",
        )
    if name in _MEAN_SOMETHING or keyword.iskeyword(name) or keyword.issoftkeyword(name):
        raise UsageError(
            f'"{name}" means something else already', "Choose another name for the fixer."
        )
    if name in sys.stdlib_module_names or importlib.util.find_spec(name) is not None:
        raise UsageError(
            f'There is a Python package "{name}" already, and the fixer would become another one',
            "Choose another name for the fixer.",
        )
