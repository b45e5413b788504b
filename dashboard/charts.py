"""Where do the marks of a picture stand? Plain counts in, the text of SVG attributes out; style is the page's."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

WIDTH = 300
"""In user units: about the pixels that a phone leaves for it, so that text keeps its size there."""
TALLEST = 260
NODE_WIDTH = 8
LEFT, RIGHT = 62, 190
"""Where the nodes of either side begin; their labels stand outside."""
LABEL = 46
"""The height of a label of three lines; a name's own strip is never lower."""
LABEL_BASELINE = 15
"""How far below its label's top the first line stands."""
GAP = 8


@dataclass(frozen=True)
class Flow:
    """So many of a kind that went from one node to another."""

    start: str
    end: str
    kind: str
    count: int


@dataclass(frozen=True)
class Node:
    """One bar of a side, with what it holds by kind; positions as text."""

    name: str
    counts: Mapping[str, int]
    y: str
    height: str
    label_y: str

    @property
    def total(self) -> int:
        """Return all it holds."""
        return sum(self.counts.values())


@dataclass(frozen=True)
class Band:
    """One flow, as the outline of its band."""

    kind: str
    path: str


@dataclass(frozen=True)
class FlowPicture:
    """Nodes to the left and right, and bands as thick as their counts between them.

    A name stands at the same height on both sides, so that what stayed where it was is level.
    """

    height: int
    left: tuple[Node, ...]
    right: tuple[Node, ...]
    bands: tuple[Band, ...]
    width: int = WIDTH
    node_width: int = NODE_WIDTH
    left_x: int = LEFT
    right_x: int = RIGHT
    left_label_x: int = LEFT - 6
    right_label_x: int = RIGHT + NODE_WIDTH + 6


@dataclass(frozen=True)
class Segment:
    """One part of a bar, in percent of its length; positions as text."""

    kind: str
    x: str
    width: str


def stacked_bar(counts: Mapping[str, int]) -> tuple[Segment, ...]:
    """Return the parts of a bar by kind, in their order; nothing where there is nothing to show."""
    total = sum(counts.values())
    segments, before = [], 0
    for kind, count in counts.items():
        if count:
            segments.append(Segment(kind, f"{100 * before / total:.2f}", f"{100 * count / total:.2f}"))
            before += count
    return tuple(segments)


def flow_picture(flows: Sequence[Flow]) -> FlowPicture:
    """Return the picture of `flows`, from the first name at the top to the last.

    Raises:
        ValueError: nothing flows.
    """
    total = sum(flow.count for flow in flows)
    if not total:
        raise ValueError("Nothing flows.")
    scale = TALLEST / total
    left, right = (_counts(flows, side) for side in ("start", "end"))
    middles, bottom = {}, 0.0
    for name in sorted({*left, *right}):
        room = max(left[name].total() * scale, right[name].total() * scale, LABEL)
        middles[name] = bottom + room / 2
        bottom += room + GAP
    starts, ends = (
        {name: middles[name] - counts[name].total() * scale / 2 for name in middles} for counts in (left, right)
    )
    sides = [
        tuple(_node(name, counts[name], middles[name], scale) for name in middles if counts[name])
        for counts in (left, right)
    ]
    bands = []
    for flow in sorted(flows, key=lambda flow: (flow.start, flow.end)):
        thickness = flow.count * scale
        bands.append(Band(flow.kind, _ribbon(starts[flow.start], ends[flow.end], thickness)))
        starts[flow.start] += thickness
        ends[flow.end] += thickness
    return FlowPicture(height=round(bottom - GAP), left=sides[0], right=sides[1], bands=tuple(bands))


def _counts(flows: Sequence[Flow], side: str) -> dict[str, Counter[str]]:
    """Return what each name holds on one side, by kind."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for flow in flows:
        counts[getattr(flow, side)][flow.kind] += flow.count
    return counts


def _node(name: str, counts: Counter[str], middle: float, scale: float) -> Node:
    height = counts.total() * scale
    label_y = middle - LABEL / 2 + LABEL_BASELINE
    return Node(name, counts, f"{middle - height / 2:.1f}", f"{height:.1f}", f"{label_y:.1f}")


def _ribbon(from_y: float, to_y: float, thickness: float) -> str:
    start, end = LEFT + NODE_WIDTH, RIGHT
    middle = (start + end) / 2
    upper = f"M{start},{from_y:.1f} C{middle:.0f},{from_y:.1f} {middle:.0f},{to_y:.1f} {end},{to_y:.1f}"
    lower_from, lower_to = from_y + thickness, to_y + thickness
    lower = f"L{end},{lower_to:.1f} C{middle:.0f},{lower_to:.1f} {middle:.0f},{lower_from:.1f} {start},{lower_from:.1f}"
    return f"{upper} {lower} Z"


PLOT_WIDTH, PLOT_HEIGHT = 360, 240
PLOT_LEFT, PLOT_RIGHT, PLOT_TOP, PLOT_BOTTOM = 34, 350, 12, 214
"""Where the plot begins and ends; the scales stand outside."""


@dataclass(frozen=True)
class Mark:
    """A value of a day, and what it is held against."""

    on: date
    value: int
    against: int
    kind: str


@dataclass(frozen=True)
class MarkShape:
    """Where a mark stands, and where what it is held against does; positions as text."""

    kind: str
    x: str
    y: str
    against_y: str
    corner_x: str
    corner_y: str
    """The corner of a square around it."""


FAN_WIDTH, FAN_HEIGHT = 320, 220
FAN_LEFT, FAN_RIGHT, FAN_TOP, FAN_BOTTOM = 32, 306, 20, 196
"""Between these lies the picture; numbers stand outside."""


@dataclass(frozen=True)
class Tick:
    """A mark of a scale with its label, and where; positions as text."""

    label: str
    at: str


@dataclass(frozen=True)
class GapPicture:
    """A line that rises in steps, and marks that stand off it."""

    line: str
    marks: tuple[MarkShape, ...]
    years: tuple[Tick, ...]
    values: tuple[Tick, ...]
    width: int = PLOT_WIDTH
    height: int = PLOT_HEIGHT
    left: int = PLOT_LEFT
    right: int = PLOT_RIGHT
    top: int = PLOT_TOP
    bottom: int = PLOT_BOTTOM
    mark_size: int = 6
    values_x: int = PLOT_LEFT - 5
    years_y: int = PLOT_BOTTOM + 16


def gap_picture(steps: Sequence[tuple[date, int]], marks: Sequence[Mark], *, first: date, last: date) -> GapPicture:
    """Return the picture of a count that rises by `steps`, and of `marks` beside it.

    Args:
        steps: the days on which it rose, in order, each with what it was from then on.
        marks: what is held against it.
        first: the day at the left end, on which the count is nothing.
        last: the day at the right end, later than `first`.
    """
    days = (last - first).days or 1
    highest = max([1, *(value for _day, value in steps), *(max(mark.value, mark.against) for mark in marks)])

    def x(day: date) -> str:
        return f"{PLOT_LEFT + (PLOT_RIGHT - PLOT_LEFT) * (day - first).days / days:.1f}"

    def y(value: int) -> str:
        return f"{PLOT_BOTTOM - (PLOT_BOTTOM - PLOT_TOP) * value / highest:.1f}"

    path = "".join(f"H{x(day)}V{y(value)}" for day, value in steps)
    unit = 10 ** (len(str(highest)) - 1)
    years = [date(year, 1, 1) for year in range(first.year, last.year + 1) if date(year, 1, 1) >= first]
    return GapPicture(
        line=f"M{PLOT_LEFT},{y(0)}{path}H{PLOT_RIGHT}",
        marks=tuple(_mark_shape(mark, x(mark.on), y(mark.value), y(mark.against)) for mark in marks),
        years=tuple(Tick(f"{day:%Y}", x(day)) for day in years if day.year % 2 == first.year % 2),
        values=tuple(Tick(str(value), y(value)) for value in range(0, highest + 1, unit)),
    )


def _mark_shape(mark: Mark, x: str, y: str, against_y: str) -> MarkShape:
    half = GapPicture.mark_size / 2
    return MarkShape(mark.kind, x, y, against_y, f"{float(x) - half:.1f}", f"{float(y) - half:.1f}")


@dataclass(frozen=True)
class FanPicture:
    """What was, as a line up to a day, and from there the span of what may be, with a line through its middle."""

    past: str
    band: str
    middle: str
    now: str
    years: tuple[Tick, ...]
    counts: tuple[Tick, ...]
    width: int = FAN_WIDTH
    height: int = FAN_HEIGHT
    left: int = FAN_LEFT
    right: int = FAN_RIGHT
    top: int = FAN_TOP
    bottom: int = FAN_BOTTOM


def fan_picture(
    past: Sequence[tuple[date, int]], fan: Sequence[tuple[date, tuple[int, int, int]]], *, full: int
) -> FanPicture:
    """Return the picture of a count's past and its possible future, P10, P50 and P90 by day.

    Args:
        past: days and counts, in order; the last is the day from which the fan opens.
        fan: from that day on.
        full: the count at the top.

    Raises:
        ValueError: there is no fan, or nothing to count.
    """
    if not (past and fan and full):
        raise ValueError("There is nothing to draw.")
    first, last = past[0][0], fan[-1][0]

    def x(day: date) -> str:
        return f"{FAN_LEFT + (FAN_RIGHT - FAN_LEFT) * ((day - first).days / (last - first).days):.1f}"

    def y(count: int) -> str:
        return f"{FAN_BOTTOM - (FAN_BOTTOM - FAN_TOP) * (count / full):.1f}"

    def line(points: Iterable[tuple[date, int]]) -> str:
        return "M" + " L".join(f"{x(day)},{y(count)}" for day, count in points)

    lower, middle, upper = ([(day, spread[which]) for day, spread in fan] for which in range(3))
    now, covered = past[-1]
    return FanPicture(
        past=line(past),
        band=f"{line([*upper, *reversed(lower)])} Z",
        middle=line(middle),
        now=x(now),
        years=tuple(Tick(str(year), x(date(year, 1, 1))) for year in range(first.year + 1, last.year + 1, 5)),
        counts=tuple(Tick(str(count), y(count)) for count in sorted({0, covered, full})),
    )


FALL_WIDTH, FALL_RIGHT = 320, 262
"""Bars end at the right at most there; their numbers stand beyond."""
FALL_ROW, FALL_BAR = 42, 16
"""The height of a row, and of the bar under its label."""


@dataclass(frozen=True)
class FallRow:
    """A bar with its label above and its number behind it; positions as text."""

    kind: str
    """`total`, `gain` or `loss`."""
    label: str
    number: str
    x: str
    width: str
    y: str
    label_y: str
    number_x: str
    number_y: str


@dataclass(frozen=True)
class FallPicture:
    """A waterfall from the top down: what was, step by step, what is; each step begins where the one before ended."""

    rows: tuple[FallRow, ...]
    links: tuple[str, ...]
    """Lines from the end of each bar to the next."""
    height: int
    width: int = FALL_WIDTH
    bar: int = FALL_BAR


def signed(number: int) -> str:
    """Return a number with its sign, also where it is a plus; the minus is as wide as the plus."""
    return f"{number:+d}".replace("-", "\N{MINUS SIGN}")


def fall_picture(start: tuple[str, int], steps: Sequence[tuple[str, int]], end: str) -> FallPicture:
    """Return the waterfall of a count.

    Args:
        start: how it is called at first, and what it was.
        steps: what each step is called, and what it adds; negative where it takes away.
        end: how the sum is called.
    """
    label, value = start
    bars = [("total", label, str(value), 0, value)]
    for label, delta in steps:
        bars.append(("gain" if delta > 0 else "loss", label, signed(delta), value, delta))
        value += delta
    bars.append(("total", end, str(value), 0, value))
    scale = FALL_RIGHT / max(1, *(max(at, at + delta) for _kind, _label, _number, at, delta in bars))
    rows, links = [], []
    for place, (kind, label, number, at, delta) in enumerate(bars):
        top = place * FALL_ROW
        low, high = sorted((at * scale, (at + delta) * scale))
        rows.append(
            FallRow(
                kind=kind,
                label=label,
                number=number,
                x=f"{low:.1f}",
                width=f"{high - low:.1f}",
                y=str(top + 18),
                label_y=str(top + 13),
                number_x=f"{high + 6:.1f}",
                number_y=str(top + 18 + FALL_BAR - 4),
            )
        )
        reached = (at + delta) * scale
        links.append(f"M{reached:.1f},{top + 18 + FALL_BAR}V{top + FALL_ROW + 18}")
    return FallPicture(rows=tuple(rows), links=tuple(links[:-1]), height=len(bars) * FALL_ROW - 4)
