"""How a sign is written where the output's encoding lacks it."""

from __future__ import annotations

import codecs
from typing import Final, TextIO

IN_ASCII: Final = str.maketrans(
    {
        "▁": "_",
        "▂": ".",
        "▃": ":",
        "▄": "-",
        "▅": "=",
        "▆": "+",
        "▇": "*",
        "█": "#",
        "−": "-",
        "–": "-",
        "→": "->",
        "✓": "+",
        "✗": "X",
        "·": "|",
        "…": "...",
        "⏎": "\\n",
        "␣": "\\x20",
        "“": '"',
        "”": '"',
        "’": "'",
    }
)
_SPELT: Final = "bridge-spelt"


def spell(stream: TextIO | object) -> None:
    """Let a stream write any text in what its encoding has."""
    encoding = getattr(stream, "encoding", None) or "utf-8"
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is not None and not codecs.lookup(encoding).name.startswith("utf-"):
        reconfigure(errors=_SPELT)


def _spelt(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    lacking = error.object[error.start : error.end].translate(IN_ASCII)
    return lacking.encode("ascii", "backslashreplace").decode("ascii"), error.end


codecs.register_error(_SPELT, _spelt)
