"""Lantai Electronics, the invented company that the workbook teaches with."""

from __future__ import annotations

from trainkit.company.schema import TABLES, Column, Table

__all__ = ["TABLES", "Column", "Table"]
