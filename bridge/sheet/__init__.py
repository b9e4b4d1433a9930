"""What a person repairs by hand: messages as a table for a spreadsheet, and back. Pure.

cells     a value as the text of a cell that a spreadsheet leaves alone, and back
table     a file of any dialect becomes rows
writing   messages become a file
amending  rows become changes, and mistakes with row and column
"""

from __future__ import annotations

from bridge.sheet.amending import Amendable, Amended, Mistake, Reading, read_amendments
from bridge.sheet.table import Table, keys_of, read_table
from bridge.sheet.writing import SheetRow, columns_of, write_sheet

__all__ = [
    "Amendable",
    "Amended",
    "Mistake",
    "Reading",
    "SheetRow",
    "Table",
    "columns_of",
    "keys_of",
    "read_amendments",
    "read_table",
    "write_sheet",
]
