"""What each compiled loop is given, by name: one class a loop, filled by its caller and read by the loop.

All are 64-bit integers. Addresses are of float32 in channels-last order where nothing else is said: a position's
channels are beside each other. What says "bytes" is a distance or a width in memory; the rest counts.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Slots:
    """What a loop is given, or a part of that which several loops are given alike."""


# Winograd's convolution from I to O channels


@dataclass(frozen=True, kw_only=True)
class TileGroup(Slots):
    """Tiles that are worked on at once: (frequencies, capacity, I) transformed values, then O products of them."""

    capacity: int  # tiles that there is room for
    depth: int  # bytes of I floats
    made: int  # bytes of O floats


@dataclass(frozen=True, kw_only=True)
class Patches(Slots):
    """Where tiles come from: a feature map (height, width, I) with `pad` zeros around it."""

    source: int  # address of the features
    gate: int  # address of what is above 0 where ReLU lets them through, as large as they are; 0: everywhere
    height: int
    width: int
    pad: int


@dataclass(frozen=True, kw_only=True)
class TileResults(Slots):
    """Where tiles go to: a feature map (rows, columns, O)."""

    target: int  # address of the result
    rows: int
    columns: int
    bias: int  # address of (O,)
    floor: int  # address of a vector of the least value that is let through


@dataclass(frozen=True, kw_only=True)
class Filters(Slots):
    """3x3 filters (O, I, 3, 3) that are to be transformed; outputs or inputs are beside each other."""

    taps: int  # address of the first tap of the first filter
    inputs: int  # their number, I
    layer: int  # bytes from an input channel to the next
    output: int  # bytes from an output channel to the next
    down: int  # bytes from a tap to the one below it
    right: int  # bytes from a tap to the one beside it
    factors: int  # address of `WEIGHT_TRANSFORM`


@dataclass(frozen=True, kw_only=True)
class ConvolveGroups(Slots):
    """Each group of tiles through all stages by one thread alone; an item is a group of `capacity` tiles."""

    patches: Patches
    group: TileGroup
    results: TileResults
    work: int  # address of room for a group's values and products, (threads, frequencies, capacity, I + O)
    weights: int  # address of the transformed weights (frequencies, panels, I, panel)
    tiles: int  # of the whole map


@dataclass(frozen=True, kw_only=True)
class ScatterTiles(Slots):
    """The first stage of a group: from patches to transformed values; an item is a tile."""

    patches: Patches
    group: TileGroup
    values: int  # address of the transformed values (frequencies, capacity, I)
    first: int  # the tile that the group begins with


@dataclass(frozen=True, kw_only=True)
class MultiplyFrequencies(Slots):
    """The second stage of a group: values times weights, transformed for it; an item is a row of a panel's frequencies.

    Read from memory, where they would be four times as large, the weights would take longer.
    """

    filters: Filters
    group: TileGroup
    values: int  # address of the transformed values (frequencies, capacity, I)
    products: int  # address of (frequencies, capacity, O)
    panels: int  # address of room for transformed weights, (threads, a row of frequencies, I, panel)
    tiles: int  # of the group


@dataclass(frozen=True, kw_only=True)
class GatherTiles(Slots):
    """The third stage of a group: from products to results; an item is a tile."""

    results: TileResults
    group: TileGroup
    products: int  # address of (frequencies, capacity, O)
    first: int  # the tile that the group begins with


@dataclass(frozen=True, kw_only=True)
class TransformWeights(Slots):
    """All weights of a layer, to be kept; an item is a row of a panel's frequencies."""

    filters: Filters
    made: int  # bytes of O floats
    target: int  # address of the transformed weights (frequencies, panels, I, panel)


# Products of channels


@dataclass(frozen=True, kw_only=True)
class Correlate(Slots):
    """Products of a feature map's channels, summed over positions; an item is a run of rows with a sum of its own."""

    source: int  # address of the features (height, width, C), perhaps a part of larger ones
    pixel: int  # bytes of a position's channels
    row: int  # bytes from a row to the next
    height: int
    width: int
    share: int  # rows of a run
    sums: int  # address of (runs, C, C), 0 at first; set as far as the panels of the upper triangle reach


@dataclass(frozen=True, kw_only=True)
class Mix(Slots):
    """Each position's channels times a matrix; an item is a row, of at least `ROWS` positions."""

    source: int  # address of the features (height, width, C), perhaps a part of larger ones
    pixel: int  # bytes of a position's channels
    row: int  # bytes from a row to the next
    width: int
    matrix: int  # address of the matrix (panels, C, panel)
    target: int  # address of the result (height, width, C)


# Pooling


@dataclass(frozen=True, kw_only=True)
class Pool(Slots):
    """The largest of each 2x2 positions, and which one that was; an item is a row of the result."""

    source: int  # address of the features
    row: int  # bytes from a row to the next
    pixel: int  # bytes of a position's channels
    columns: int  # of the result
    target: int  # address of the result (rows, columns, C)
    places: int  # address of (rows, columns, C) bytes: 0 to 3 along rows, or `NOWHERE` if nothing is above 0


@dataclass(frozen=True, kw_only=True)
class Unpool(Slots):
    """The gradient of what was pooled, from that of the result; an item is a row of what was pooled."""

    source: int  # address of the result's gradient (rows, columns, C)
    places: int  # address of (rows, columns, C) bytes, as `Pool` wrote them
    rows: int
    columns: int
    pixel: int  # bytes of a position's channels
    target: int  # address of the gradient
    width: int  # of the gradient


# All of which there is a loop, in two shares that take about as long to compile.
SHARES: tuple[tuple[type[Slots], ...], ...] = (
    (ConvolveGroups, Correlate, Mix),
    (MultiplyFrequencies, ScatterTiles, TransformWeights, GatherTiles, Pool, Unpool),
)
KINDS = tuple(kind for share in SHARES for kind in share)
