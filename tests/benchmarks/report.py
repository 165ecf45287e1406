"""What was measured, as a table for people and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from .contenders import COMPILED, MASSDNS, Contender, Figures, median

_MET = {True: "yes", False: "NO", None: "not measured"}


@dataclass(slots=True)
class Target:
    """A figure that is aimed at. value: what was measured, None if it could not be; met: whether that will do."""

    work: str
    aim: str
    value: float | None
    text: str
    met: bool | None


@dataclass(slots=True)
class Report:
    """All that a run found. notes: what the reader should know of it."""

    machine: dict[str, Any]
    contenders: list[Contender]
    extra: dict[str, list[Figures]] = field(default_factory=dict)
    scenarios: list[dict[str, Any]] = field(default_factory=list)
    targets: list[Target] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def figures(self, key: str) -> Figures | None:
        """The medians of a contender, or of something measured beside them; None if it was not measured."""
        runs = next((each.runs for each in self.contenders if each.key == key), None) or self.extra.get(key)
        return median(runs) if runs else None

    @property
    def measured(self) -> list[Contender]:
        """The contenders that have figures."""
        return [contender for contender in self.contenders if contender.runs]

    @property
    def base(self) -> Contender | None:
        """Whom the ratios refer to: massdns, or dnsburst where it is missing."""
        by_key = {contender.key: contender for contender in self.measured}
        return by_key.get(MASSDNS) or by_key.get(COMPILED)

    def table(self) -> list[str]:
        """A line for each contender, under a heading."""
        base = self.base
        if base is None:
            return []
        against = median(base.runs)
        of = base.title.split()[0]
        rows = [("", "lookups", "right", "CPU µs", f"× {of}", "lookups/s", f"× {of}", "wall s", "peak MB", f"× {of}")]
        for contender in self.measured:
            own = median(contender.runs)
            rows.append(
                (
                    contender.full_title,
                    f"{own.lookups:,}",
                    "all" if own.right == own.lookups else f"{own.right:,}",
                    f"{own.cpu_us:.2f}",
                    ratio(own.cpu_us, against.cpu_us),
                    f"{own.rate:,.0f}",
                    ratio(own.rate, against.rate),
                    f"{own.wall:.2f}",
                    f"{own.peak / 1e6:.1f}" if own.peak else "-",
                    ratio(own.peak, against.peak),
                )
            )
        return columns(rows)

    def scenario_table(self) -> list[str]:
        """A line for each scenario with servers that have limits, losses and outages."""
        rows = [("scenario", "lookups", "right", "seconds", "aim", "queries each", "aim", "met")]
        for each in self.scenarios:
            rows.append(
                (
                    each["name"],
                    f"{each['lookups']:,}",
                    "all" if each["right"] == each["lookups"] else f"{each['right']:,}",
                    f"{each['elapsed_s']:.2f}",
                    f"{each['seconds_aim']:.2f}" if each["seconds_aim"] else "-",
                    f"{each['queries_per_lookup']:.3f}",
                    f"{each['queries_aim']:.2f}" if each["queries_aim"] else "-",
                    "-" if each["met"] is None else _MET[each["met"]],
                )
            )
        return columns(rows) if self.scenarios else []

    def target_table(self) -> list[str]:
        """Each target, what was measured, and whether it is met."""
        rows = [("target", "aim", "measured", "met")]
        rows += [(target.work, target.aim, target.text, _MET[target.met]) for target in self.targets]
        return columns(rows, left=3)

    def as_dict(self) -> dict[str, Any]:
        """For JSON; medians and each run."""
        base = self.base
        against = median(base.runs) if base else None
        measured = {}
        for contender in self.measured:
            own = median(contender.runs)
            measured[contender.key] = {
                "title": contender.full_title,
                "at_once": contender.level or None,
                "median": own.as_dict(),
                "ratio": {
                    "cpu": _quotient(own.cpu_us, against.cpu_us),
                    "lookups_per_s": _quotient(own.rate, against.rate),
                    "peak": _quotient(own.peak, against.peak),
                }
                if against
                else {},
                "runs": [run.as_dict() for run in contender.runs],
            }
        return {
            "machine": self.machine,
            "ratios_to": base.key if base else None,
            "contenders": measured,
            "extra": {
                key: {"median": median(runs).as_dict(), "runs": [run.as_dict() for run in runs]}
                for key, runs in self.extra.items()
                if runs
            },
            "scenarios": self.scenarios,
            "targets": [
                {"work": each.work, "aim": each.aim, "measured": each.value, "met": each.met} for each in self.targets
            ],
            "left_out": {each.title: each.missing for each in self.contenders if each.missing},
            "notes": self.notes,
        }


def columns(rows: Sequence[Sequence[str]], left: int = 1) -> list[str]:
    """Rows as lines, the first ``left`` columns flush left, the others right; a rule under the heading."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [
        "  ".join(
            cell.ljust(width) if at < left else cell.rjust(width)
            for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
    return [lines[0], "-" * max(map(len, lines)), *lines[1:]]


def ratio(own: float, against: float) -> str:
    """How many times ``against``; ``-`` where one of them is not known."""
    value = _quotient(own, against)
    return "-" if value is None else f"{value:.2f}" if value < 100 else f"{value:,.0f}"


def _quotient(own: float, against: float) -> float | None:
    return round(own / against, 4) if own and against else None
