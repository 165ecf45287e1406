"""The reader and the writer for a format by its name."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..columns import Columns
    from ..source import Source
    from . import Choice, Reader, Writer


def open_reader(form: str, source: Source, choice: Choice) -> Reader:
    """A reader of that format, its input looked at. Raises ChoiceError, TableError."""
    if form in ("csv", "tsv"):
        from .csv import CsvReader

        return CsvReader(source, choice, "\t" if form == "tsv" else None)
    if form == "jsonl":
        from .jsonl import JsonlReader

        return JsonlReader(source, choice)
    if form == "lines":
        from .lines import LinesReader

        return LinesReader(source)
    if form == "parquet":
        from .parquet import ParquetReader

        return ParquetReader(source, choice)
    from .log import LogReader

    return LogReader(source)


def open_writer(form: str, reader: Reader, columns: Columns) -> Writer:
    """A writer of that format for the rows of this reader. Raises ChoiceError."""
    from .csv import CsvReader, CsvWriter, TableWriter

    if form in ("csv", "tsv"):
        delimiter = "\t" if form == "tsv" else ","
        if isinstance(reader, CsvReader):
            if form == "csv" or reader.dialect.delimiter == delimiter:
                return CsvWriter(reader, columns)
            return TableWriter(reader, columns, delimiter, reader.has_header)
        from .lines import LinesReader, LinesTableWriter

        table_writer = LinesTableWriter if isinstance(reader, LinesReader) else TableWriter
        return table_writer(reader, columns, delimiter, True)
    if form == "jsonl":
        from .jsonl import JsonlWriter

        return JsonlWriter(reader, columns)
    if form == "lines":
        from .lines import LinesWriter

        return LinesWriter()
    if form == "parquet":
        from .parquet import ParquetWriter

        return ParquetWriter(reader, columns)
    from .log import LogWriter

    return LogWriter(reader.end)
