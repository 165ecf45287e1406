"""Columns of pandas and polars: one lookup for each distinct value, the answers aligned with the column.

Needs pandas or polars (``pip install 'dnsburst[pandas]'`` or ``'dnsburst[polars]'``), whichever made the column.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Unpack

from .blocking import lookup_many
from .configuration import Settings
from .questions import Type
from .result import Result

Row = tuple[str, str | None, int | None, float | None, str | None, int, str | None]

#: The columns that come back, named and filled as by `dnsburst bulk`.
COLUMNS = ("dns_status", "dns_answer", "dns_ttl", "dns_rtt_ms", "dns_server", "dns_tries", "dns_error")

_NOTHING: Row = ("INVALID", None, None, None, None, 0, "nothing to look up")


def lookup(series: Any, rdtype: Type | None = None, **options: Unpack[Settings]) -> Any:
    """A DataFrame with the answers for a Series of names or addresses: one row for each of its rows, in its order.

    Columns: ``dns_status``; ``dns_answer`` (several joined by ``;``, a ``;`` inside one written ``\\059``); ``dns_ttl``
    (s); ``dns_rtt_ms``; ``dns_server``; ``dns_tries``; ``dns_error``. A pandas frame has the index of the Series. Each
    distinct value is asked once; an empty one is INVALID. Without ``rdtype`` addresses are asked for PTR and names for
    A. Options are those of ``dnsburst.Resolver``, but for ``cache_size``. Blocks. Raises UnknownType,
    ConfigurationError; TypeError for what is no Series.

    >>> import pandas
    >>> visitors = pandas.DataFrame({"ip": ["192.0.2.80", "192.0.2.81", "192.0.2.80"]}, index=[7, 8, 9])
    >>> print(visitors.join(dnsburst.frame.lookup(visitors["ip"]))[["ip", "dns_status", "dns_answer"]])
               ip dns_status       dns_answer
    7  192.0.2.80    NOERROR  www.example.com
    8  192.0.2.81   NXDOMAIN             None
    9  192.0.2.80    NOERROR  www.example.com
    """
    library = _library(series)
    if library is None:
        raise TypeError(f"a Series of pandas or polars is needed, not {type(series).__name__}")
    values = series.to_list()
    asked = [value for value in dict.fromkeys(values) if _is_something(value)]
    results = lookup_many(asked, rdtype, **options)
    rows = {value: _row(result) for value, result in zip(asked, results, strict=True)}
    columns = _columns([rows.get(value, _NOTHING) for value in values])
    if library == "pandas":
        return _pandas_frame(columns, series.index)
    return _polars_frame(columns)


def _library(series: object) -> str | None:
    """Which library's Series this is, or is a kind of; None for anything else."""
    for kind in type(series).__mro__:
        library = kind.__module__.partition(".")[0]
        if kind.__name__ == "Series" and library in ("pandas", "polars"):
            return library
    return None


def _is_something(value: object) -> bool:
    """False for None, NaN, NA and text without a character in it."""
    if isinstance(value, str):
        return bool(value.strip())
    return value is not None and type(value).__name__ not in ("NAType", "NaTType") and value == value


def _row(result: Result) -> Row:
    answer = ";".join([record.text.replace(";", "\\059") for record in result.records])
    rtt = None if result.rtt is None else round(result.rtt * 1000, 3)
    return (result.status, answer or None, result.ttl, rtt, result.server, result.tries, result.error)


def _columns(rows: Iterable[Row]) -> dict[str, list[Any]]:
    columns: dict[str, list[Any]] = {name: [] for name in COLUMNS}
    appends = [column.append for column in columns.values()]
    for row in rows:
        for append, value in zip(appends, row, strict=True):
            append(value)
    return columns


def _pandas_frame(columns: dict[str, list[Any]], index: Any) -> Any:
    import pandas

    frame = pandas.DataFrame({name: pandas.Series(column, dtype="object") for name, column in columns.items()})
    frame = frame.astype({"dns_ttl": "Int64", "dns_rtt_ms": "Float64", "dns_tries": "int64"})
    frame.index = index
    return frame


def _polars_frame(columns: dict[str, list[Any]]) -> Any:
    import polars

    kinds = {"dns_ttl": polars.Int64, "dns_rtt_ms": polars.Float64, "dns_tries": polars.Int64}
    return polars.DataFrame(columns, schema={name: kinds.get(name, polars.String) for name in columns})
