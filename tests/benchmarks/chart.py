"""The table as a picture: CPU time per lookup and lookups per second, in SVG written by hand.

Dots, not bars: the scale is logarithmic, and has no zero for a bar to start from.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from html import escape
from math import log10

from .contenders import Contender, Figures, median
from .report import Report

_WIDTH = 860
_LABELS = 262  # room for the names of the contenders
_VALUES = 84  # room for the figure beside a dot
_ROW = 24
_DOT = 6
_HEAD = 56
_GAP = 34

_STYLE = """
  text { font: 13px system-ui, sans-serif; fill: #1f2328; }
  .title { font-weight: 600; font-size: 14px; }
  .note { font-size: 11px; fill: #59636e; }
  .dot { fill: #9aa4b0; }
  .ours { fill: #0969da; }
  .rule { stroke: #d1d9e0; stroke-width: 1; }
  @media (prefers-color-scheme: dark) {
    text { fill: #f0f6fc; } .note { fill: #9198a1; } .dot { fill: #656c76; } .ours { fill: #4493f8; }
    .rule { stroke: #3d444d; }
  }
"""


def chart(report: Report) -> str:
    """The SVG: two charts, one above the other, both on a logarithmic scale."""
    measured = report.measured
    height = _HEAD + len(measured) * _ROW + _GAP
    parts = [
        *_dots(measured, "CPU time per lookup, µs (less is better)", lambda each: each.cpu_us, 0, False),
        *_dots(measured, "Lookups per second (more is better)", lambda each: each.rate, height, True),
    ]
    total = 2 * height + 8
    facts = escape(_facts(report))
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {total}" width="{_WIDTH}" height="{total}"'
            ' role="img" aria-label="CPU time per lookup and lookups per second of dnsburst and others">',
            f"<style>{_STYLE}</style>",
            *parts,
            f'<text class="note" x="8" y="{total - 10}">{facts}</text>',
            "</svg>\n",
        ]
    )


def _dots(
    contenders: Sequence[Contender], title: str, value: Callable[[Figures], float], top: int, most_first: bool
) -> Iterator[str]:
    values = sorted(((value(median(each.runs)), each) for each in contenders), key=lambda pair: pair[0])
    if most_first:
        values.reverse()
    low = 10 ** (int(log10(min(number for number, _ in values))) - 0.3)
    high = max(number for number, _ in values)
    room = _WIDTH - _LABELS - _VALUES
    yield f'<text class="title" x="8" y="{top + 26}">{escape(title)}</text>'
    power = 10.0 ** int(log10(low) + 1)
    bottom = top + _HEAD + len(values) * _ROW - 6
    while power <= high:
        x = _LABELS + _along(power, low, high) * room
        yield f'<line class="rule" x1="{x:.1f}" y1="{top + 44}" x2="{x:.1f}" y2="{bottom}"/>'
        yield f'<text class="note" x="{x:.1f}" y="{top + 40}" text-anchor="middle">{power:,.10g}</text>'
        power *= 10
    for at, (number, contender) in enumerate(values):
        y = top + _HEAD + at * _ROW
        x = _LABELS + _along(number, low, high) * room
        kind = "dot ours" if "dnsburst" in contender.title else "dot"
        text = f"{number:,.1f}" if number < 1000 else f"{number:,.0f}"
        yield f'<text x="{_LABELS - 10}" y="{y + 12}" text-anchor="end">{escape(contender.title)}</text>'
        yield f'<line class="rule" x1="{_LABELS}" y1="{y + 8}" x2="{x:.1f}" y2="{y + 8}"/>'
        yield f'<circle class="{kind}" cx="{x:.1f}" cy="{y + 8}" r="{_DOT}"/>'
        yield f'<text x="{x + 12:.1f}" y="{y + 12}">{text}</text>'


def _along(number: float, low: float, high: float) -> float:
    """Where on the scale from ``low`` to ``high``, 0 to 1."""
    return (log10(number) - log10(low)) / (log10(high) - log10(low))


def _facts(report: Report) -> str:
    machine = report.machine
    return (
        f"{machine['names']:,} PTR lookups (the slow ones fewer) at {machine['server']} on loopback; client on one core, "
        f"server on another; medians of {machine['runs']}; logarithmic scale"
    )
