"""How a record is repaired: what a fixer is, the fixers there are, and how one is found.

A fixer looks at a record with the org's schema and yields changes; see `interface.py`. A mapping
names the fixers and their order; the planner runs them.
"""

from __future__ import annotations

from bridge.fixers.example_object import EXAMPLE_OBJECT, with_fields
from bridge.fixers.interface import Example, Fixer, NoOptions
from bridge.fixers.options_help import Option, options_of, options_schema
from bridge.fixers.proof import NAME, NotProven, prove
from bridge.fixers.registry import (
    BrokenFixer,
    Offer,
    UnknownFixer,
    build,
    distribution_of,
    find,
    names,
    offers,
)
from bridge.fixers.trial import Trial, try_example
from bridge.fixers.trust import Misbehaviour, trusted_changes

__all__ = [
    "EXAMPLE_OBJECT",
    "NAME",
    "BrokenFixer",
    "Example",
    "Fixer",
    "Misbehaviour",
    "NoOptions",
    "NotProven",
    "Offer",
    "Option",
    "Trial",
    "UnknownFixer",
    "build",
    "distribution_of",
    "find",
    "names",
    "offers",
    "options_of",
    "options_schema",
    "prove",
    "trusted_changes",
    "try_example",
    "with_fields",
]
