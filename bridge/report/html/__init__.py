"""A run as one HTML file that needs nothing else: no network, no other file.

page       the file: its frame, its policy, its data
summary    what stands there without a script, in this order:
figures    the story in numbers
causes     why messages failed
waiting    what a person has to look at
parts      sections and tables
messages   the data from which the script makes the table of messages
markup     elements, with every text escaped
"""

from __future__ import annotations

from bridge.report.html.page import html_page

__all__ = ["html_page"]
