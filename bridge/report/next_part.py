"""What a person may do next, as `--json` prints it."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class NextPart(BaseModel):
    """A command that may come next, ready to paste."""

    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True)

    command: str
    why: str
