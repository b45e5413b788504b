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


@dataclass(frozen=True)
class Tick:
    """A mark of a scale with its label, and where; positions as text."""

    label: str
    at: str


@dataclass(frozen=True)
class Frame:
    """Where a plot lies in its picture, in user units; the scales stand outside."""

    width: int
    height: int
    left: int
    right: int
    top: int
    bottom: int


@dataclass(frozen=True)
class Plot:
    """Days from left to right and counts from the bottom up, within a frame: scales, ticks and paths as text."""

    frame: Frame
    first: date
    last: date
    highest: int
    """The count at the top."""

    def x(self, day: date) -> str:
        """Return how far to the right a day stands."""
        share = (day - self.first).days / ((self.last - self.first).days or 1)
        return f"{self.frame.left + (self.frame.right - self.frame.left) * share:.1f}"

    def y(self, count: int) -> str:
        """Return how far from the top a count stands."""
        return f"{self.frame.bottom - (self.frame.bottom - self.frame.top) * (count / (self.highest or 1)):.1f}"

    def line(self, points: Iterable[tuple[date, int]]) -> str:
        """Return the path from point to point."""
        return "M" + " L".join(f"{self.x(day)},{self.y(count)}" for day, count in points)

    def steps(self, points: Iterable[tuple[date, int]], until: date) -> str:
        """Return the path of a count that is nothing at first and changes only on the days of `points`."""
        path = "".join(f"H{self.x(day)}V{self.y(count)}" for day, count in points)
        return f"M{self.x(self.first)},{self.y(0)}{path}H{self.x(until)}"

    def band(self, lower: Sequence[tuple[date, int]], upper: Sequence[tuple[date, int]]) -> str:
        """Return the outline of what lies between two lines."""
        return f"{self.line([*upper, *reversed(lower)])} Z"

    def years(self, every: int, first: int = 0) -> tuple[Tick, ...]:
        """Return the beginnings of years so many apart, from the first one on, or from that of the year `first`."""
        begin = max(first, self.first.year + (self.first > date(self.first.year, 1, 1)))
        return tuple(Tick(str(year), self.x(date(year, 1, 1))) for year in range(begin, self.last.year + 1, every))

    def counts(self, values: Iterable[int]) -> tuple[Tick, ...]:
        """Return counts where they stand."""
        return tuple(Tick(str(value), self.y(value)) for value in values)


def round_values(highest: int, at_most: int = 6) -> range:
    """Return round numbers in even steps from nothing to `highest`, no more than `at_most` of them."""
    sizes = (digit * 10**power for power in range(len(str(highest))) for digit in (1, 2, 5))
    return range(0, highest + 1, next(size for size in sizes if highest // size < at_most))


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


@dataclass(frozen=True)
class GapPicture:
    """A line that rises in steps, and marks that stand off it."""

    line: str
    marks: tuple[MarkShape, ...]
    years: tuple[Tick, ...]
    values: tuple[Tick, ...]
    frame: Frame = Frame(width=360, height=240, left=34, right=350, top=12, bottom=214)
    mark_size: int = 6


def gap_picture(steps: Sequence[tuple[date, int]], marks: Sequence[Mark], *, first: date, last: date) -> GapPicture:
    """Return the picture of a count that rises by `steps`, and of `marks` beside it.

    Args:
        steps: the days on which it rose, in order, each with what it was from then on.
        marks: what is held against it.
        first: the day at the left end, on which the count is nothing.
        last: the day at the right end, later than `first`.
    """
    highest = max([1, *(value for _day, value in steps), *(max(mark.value, mark.against) for mark in marks)])
    plot = Plot(GapPicture.frame, first, last, highest)
    return GapPicture(
        line=plot.steps(steps, until=last),
        marks=tuple(_mark_shape(mark, plot) for mark in marks),
        years=plot.years(2),
        values=plot.counts(round_values(highest)),
    )


def _mark_shape(mark: Mark, plot: Plot) -> MarkShape:
    half = GapPicture.mark_size / 2
    x, y = plot.x(mark.on), plot.y(mark.value)
    return MarkShape(mark.kind, x, y, plot.y(mark.against), f"{float(x) - half:.1f}", f"{float(y) - half:.1f}")


Fan = Sequence[tuple[date, tuple[int, int, int]]]
"""What a tenth, half and nine tenths of the draws do not exceed, by day."""


@dataclass(frozen=True)
class FanPicture:
    """What was, as a line up to a day, and from there the span of what may be, with a line through its middle."""

    past: str
    band: str
    middle: str
    now: str
    years: tuple[Tick, ...]
    counts: tuple[Tick, ...]
    frame: Frame = Frame(width=320, height=220, left=32, right=306, top=20, bottom=196)


def fan_picture(past: Sequence[tuple[date, int]], fan: Fan, *, full: int) -> FanPicture:
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
    plot = Plot(FanPicture.frame, past[0][0], fan[-1][0], full)
    band, middle = _fan_paths(plot, fan)
    now, covered = past[-1]
    return FanPicture(
        past=plot.line(past),
        band=band,
        middle=middle,
        now=plot.x(now),
        years=plot.years(5, first=plot.first.year + 1),
        counts=plot.counts(sorted({0, covered, full})),
    )


PATH_WIDTH, PATH_HEIGHT = 300, 54
STOP_RADIUS, STOP_Y, STOP_LABEL_Y = 11, 16, 46


@dataclass(frozen=True)
class Stop:
    """One station of a path: its number, what kind it is, and what stands beneath; positions as text."""

    number: str
    kind: str
    label: str
    x: str


@dataclass(frozen=True)
class Stretch:
    """The way from one station to the next; positions as text."""

    kind: str
    start: str
    end: str


@dataclass(frozen=True)
class PathPicture:
    """Stations in their order, and the way between them."""

    stops: tuple[Stop, ...]
    stretches: tuple[Stretch, ...]
    width: int = PATH_WIDTH
    height: int = PATH_HEIGHT
    radius: int = STOP_RADIUS
    stop_y: int = STOP_Y
    number_y: int = STOP_Y + 4
    label_y: int = STOP_LABEL_Y


def path_picture(stops: Sequence[tuple[str, str]]) -> PathPicture:
    """Return the picture of a path through `stops`, each a kind and a label.

    The way between two of one kind is of that kind too; any other is open.
    """
    room = PATH_WIDTH / len(stops)
    middles = [room * (place + 0.5) for place in range(len(stops))]
    pairs = zip(stops, stops[1:], middles, middles[1:], strict=False)
    return PathPicture(
        stops=tuple(
            Stop(str(number), kind, label, f"{x:.1f}")
            for number, ((kind, label), x) in enumerate(zip(stops, middles, strict=True), start=1)
        ),
        stretches=tuple(
            Stretch(kind if kind == after else "open", f"{x + STOP_RADIUS:.1f}", f"{next_x - STOP_RADIUS:.1f}")
            for (kind, _label), (after, _after_label), x, next_x in pairs
        ),
    )


def _fan_paths(plot: Plot, fan: Fan) -> tuple[str, str]:
    """Return the outline of a fan, and the line through its middle."""
    lower, middle, upper = ([(day, spread[which]) for day, spread in fan] for which in range(3))
    return plot.band(lower, upper), plot.line(middle)


@dataclass(frozen=True)
class Aim:
    """A count that is to be reached by a day; what it is called stands in a list beside the picture."""

    label: str
    by: date
    count: int


@dataclass(frozen=True)
class AimShape:
    """Where an aim stands: a diamond at its count, on a line up from its day; positions as text."""

    label: str
    x: str
    y: str
    diamond: str


@dataclass(frozen=True)
class TrendPicture:
    """A count that went in steps up to a day, what was to be reached by when, and what may come."""

    line: str
    now: str
    now_y: str
    aims: tuple[AimShape, ...]
    years: tuple[Tick, ...]
    counts: tuple[Tick, ...]
    band: str
    """Empty where nothing is said of the future."""
    middle: str
    frame: Frame = Frame(width=480, height=270, left=38, right=462, top=26, bottom=238)


AIM_SIZE = 5


def trend_picture(
    steps: Sequence[tuple[date, int]], aims: Sequence[Aim], fan: Fan, *, first: date, now: date, full: int
) -> TrendPicture:
    """Return the picture of how a count came to be what it is.

    Args:
        steps: the days on which it changed, in order, each with what it was from then on.
        aims: what was to be reached by when.
        fan: what may come, from `now` on; may be empty.
        first: the day at the left end.
        now: the day on which the steps end.
        full: all that can be reached.

    Raises:
        ValueError: nothing can be reached.
    """
    if not full:
        raise ValueError("There is nothing to draw.")
    last = max([now, *(aim.by for aim in aims), *(day for day, _spread in fan)])
    highest = max([full, *(count for _day, count in steps), *(aim.count for aim in aims)])
    plot = Plot(TrendPicture.frame, first, last, highest)
    band, middle = _fan_paths(plot, fan) if fan else ("", "")
    # The highest has a label of its own, which none may touch.
    rounds = [value for value in round_values(highest) if value < highest * 0.92]
    return TrendPicture(
        line=plot.steps(steps, until=now),
        now=plot.x(now),
        now_y=plot.y(steps[-1][1] if steps else 0),
        aims=tuple(_aim_shape(aim, plot) for aim in aims),
        years=plot.years(max(1, -(-(last.year - first.year + 1) // 8))),
        counts=plot.counts([*rounds, highest]),
        band=band,
        middle=middle,
    )


def _aim_shape(aim: Aim, plot: Plot) -> AimShape:
    x, y = plot.x(aim.by), plot.y(aim.count)
    side = AIM_SIZE
    return AimShape(aim.label, x, y, f"M{x},{y}m0,-{side}l{side},{side}l-{side},{side}l-{side},-{side}Z")


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
