"""Rows of parameters' values in which every pair of two parameters' values occurs."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations

Row = dict[str, str]
Cell = tuple[str, str]


def pairwise(values: Mapping[str, Sequence[str]]) -> Iterator[Row]:
    """Rows that hold each pair of two parameters' values at least once."""
    open_pairs = {
        ((one, a), (other, b))
        for one, other in combinations(values, 2)
        for a in values[one]
        for b in values[other]
    }
    places = {name: place for place, name in enumerate(values)}

    def pair(one: Cell, other: Cell) -> tuple[Cell, Cell]:
        return (one, other) if places[one[0]] < places[other[0]] else (other, one)

    def gain(row: Row, name: str, value: str) -> int:
        return sum(pair((name, value), each) in open_pairs for each in row.items())

    while open_pairs:
        row: Row = dict(min(open_pairs))
        for name in values:
            if name not in row:
                row[name] = max(values[name], key=lambda value: gain(row, name, value))
        open_pairs -= {pair(one, other) for one, other in combinations(row.items(), 2)}
        yield row
