"""Indexes over some of the rows, without loading the dialect of a database that is not in use.

SQLAlchemy wants such a condition once for each kind of database, and loads all drivers of each kind
that it is told of. A worker on SQLite then carries PostgreSQL's two megabytes for nothing.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Index
from sqlalchemy.util import PopulateDict, memoized_property


class PartialIndex(Index):
    """An index over the rows that meet `where`; either kind of database knows it by that name."""

    inherit_cache = True

    def __init__(
        self, name: str, *columns: str, where: ColumnElement[bool], unique: bool = False
    ) -> None:
        self.where = where
        super().__init__(name, *columns, unique=unique)

    @memoized_property
    def dialect_options(self) -> Any:
        """What a dialect asks of the index, put together when that dialect asks."""
        return PopulateDict(self._options)

    def _options(self, dialect: str) -> Any:
        options = self._kw_reg_for_dialect_cls(dialect)
        options["where"] = self.where
        return options
