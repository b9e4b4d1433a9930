"""One command a file: parse, call, render, exit code; no logic."""

from __future__ import annotations
