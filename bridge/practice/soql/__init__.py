"""The part of SOQL that the clients of the practice org use."""

from __future__ import annotations
