"""On which tile does each area stand, where all are of one size and yet lie roughly as on the map?"""

from collections.abc import Sequence
from functools import lru_cache
from itertools import product

from dashboard.maps import Point, Spot

TILE_COLUMNS, TILE_ROWS = 12, 8
LEAST_GAIN = 1e-9
"""Less is an error of rounding; without it two places could change for ever."""
Tile = tuple[int, int]
"""Column and row, from the upper left corner, from 0."""

_ALL: tuple[Tile, ...] = tuple(product(range(TILE_COLUMNS), range(TILE_ROWS)))


@lru_cache(maxsize=64)
def tiles(places: tuple[Point, ...]) -> tuple[Tile, ...]:
    """Return for each place a tile of its own, so that together they lie roughly as on the map.

    Raises:
        ValueError: there are more places than tiles.
    """
    if not places:
        return ()
    if len(places) > TILE_COLUMNS * TILE_ROWS:
        raise ValueError("There are more places than tiles.")
    wanted = list(
        zip(
            _evened([longitude for longitude, _latitude in places], TILE_COLUMNS),
            _evened([-latitude for _longitude, latitude in places], TILE_ROWS),
            strict=True,
        )
    )
    free = set(_ALL)
    taken: list[Tile] = []
    for want in wanted:
        taken.append(min(free, key=lambda tile: (_off(want, tile), tile)))
        free.remove(taken[-1])
    while _improved(wanted, taken):
        pass
    return tuple(taken)


def _evened(values: Sequence[float], room: int) -> list[float]:
    """Return the values between 0 and `room` - 1, where they stand half by size and half by rank."""
    low, high = min(values), max(values)
    ranks = {value: rank for rank, value in enumerate(sorted(set(values)))}
    most = max(ranks.values()) or 1
    return [
        (room - 1) * (0.5 * ((value - low) / (high - low) if high > low else 0.5) + 0.5 * ranks[value] / most)
        for value in values
    ]


def _off(want: Spot, tile: Tile) -> float:
    return (want[0] - tile[0]) ** 2 + (want[1] - tile[1]) ** 2


def _improved(wanted: Sequence[Spot], taken: list[Tile]) -> bool:
    """Move one place to a better tile, changing with whoever has it; return whether there was any to move."""
    holders = {tile: number for number, tile in enumerate(taken)}
    for (one, here), there in product(enumerate(taken), _ALL):
        other = holders.get(there)
        gain = _off(wanted[one], here) - _off(wanted[one], there)
        if other is not None:
            gain += _off(wanted[other], there) - _off(wanted[other], here)
        if gain > LEAST_GAIN:
            taken[one] = there
            if other is not None:
                taken[other] = here
            return True
    return False
