"""What a command says while it works: an observer of the events, on stderr.

tally   the figures that the events come to. Pure
pace    how fast it goes, and how long it takes yet. Pure
words   the figures as a line, for people and for a log. Pure
shown   where and when they are shown: on a terminal, in lines, in the log
"""

from __future__ import annotations

from bridge.cli.progress.shown import shown

__all__ = ["shown"]
