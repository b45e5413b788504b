"""Where do the marks of a picture stand? Plain counts in, the text of SVG attributes out; style is the page's."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

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
