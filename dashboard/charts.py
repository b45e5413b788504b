"""Where do the marks of a picture stand? Plain counts in, the text of SVG attributes out; style is the page's."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

WIDTH = 340
"""In user units, about the pixels of a small phone, so that text is never set smaller than it is written."""
TALLEST = 260
NODE_WIDTH = 8
LEFT, RIGHT = 76, 226
"""Where the nodes of either side begin; their labels stand outside."""
LABEL = 46
"""The height of a node's label of three lines, which thin nodes are kept apart by."""
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
    """Nodes to the left and right, and bands as thick as their counts between them."""

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


def flow_picture(flows: Sequence[Flow]) -> FlowPicture:
    """Return the picture of `flows`; nodes stand in order of their names, bands in order of `flows`.

    Raises:
        ValueError: nothing flows.
    """
    total = sum(flow.count for flow in flows)
    if not total:
        raise ValueError("Nothing flows.")
    scale = TALLEST / total
    starts, ends = ({getattr(flow, side) for flow in flows} for side in ("start", "end"))
    left, left_bottom = _stack(flows, "start", sorted(starts), scale)
    right, right_bottom = _stack(flows, "end", sorted(ends), scale)
    tops = {(side, node.name): float(node.y) for side, nodes in (("start", left), ("end", right)) for node in nodes}
    bands = []
    for flow in sorted(flows, key=lambda flow: (flow.start, flow.end)):
        thickness = flow.count * scale
        from_y, to_y = tops["start", flow.start], tops["end", flow.end]
        tops["start", flow.start] += thickness
        tops["end", flow.end] += thickness
        bands.append(Band(flow.kind, _ribbon(from_y, to_y, thickness)))
    return FlowPicture(height=round(max(left_bottom, right_bottom)), left=left, right=right, bands=tuple(bands))


def _stack(flows: Sequence[Flow], side: str, names: Sequence[str], scale: float) -> tuple[tuple[Node, ...], float]:
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for flow in flows:
        counts[getattr(flow, side)][flow.kind] += flow.count
    nodes, y = [], 0.0
    for name in names:
        height = counts[name].total() * scale
        room = max(height, LABEL)
        top = y + (room - height) / 2
        label_y = y + (room - LABEL) / 2 + 14
        nodes.append(Node(name, counts[name], f"{top:.1f}", f"{height:.1f}", f"{label_y:.1f}"))
        y += room + GAP
    return tuple(nodes), y - GAP


def _ribbon(from_y: float, to_y: float, thickness: float) -> str:
    start, end = LEFT + NODE_WIDTH, RIGHT
    middle = (start + end) / 2
    upper = f"M{start},{from_y:.1f} C{middle:.0f},{from_y:.1f} {middle:.0f},{to_y:.1f} {end},{to_y:.1f}"
    lower_from, lower_to = from_y + thickness, to_y + thickness
    lower = f"L{end},{lower_to:.1f} C{middle:.0f},{lower_to:.1f} {middle:.0f},{lower_from:.1f} {start},{lower_from:.1f}"
    return f"{upper} {lower} Z"
