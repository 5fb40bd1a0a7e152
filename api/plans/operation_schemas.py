"""What an edit may say, verb by verb. Shapes are whole millimetres of the community's plane (docs/plans-api.md)."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints

from api import geometry
from api.plans.schemas import Said

FARTHEST_MM = 100_000_000

Floor = Annotated[int, Field(strict=True, ge=-10, le=200)]
Count = Annotated[int, Field(strict=True, ge=-1_000_000, le=1_000_000)]
GridName = Annotated[str, StringConstraints(max_length=200)]


def _is_point(data: Any) -> bool:
    """Whether it is two whole numbers of millimetres (``True`` is no number)."""
    return (
        isinstance(data, list)
        and [type(number) for number in data] == [int, int]
        and max(map(abs, data)) <= FARTHEST_MM
    )


class Shape(Said):
    """GeoJSON in whole millimetres."""

    type: Literal["Point", "LineString", "Polygon", "MultiPolygon"]
    coordinates: list[Any]


def _sound(shape: Shape) -> Shape:
    geometry.check(shape.type, shape.coordinates, _is_point)
    return shape


def _line(shape: Shape) -> Shape:
    if shape.type != "LineString" or len(shape.coordinates) < 2:  # noqa: PLR2004 - a line has two ends
        raise ValueError("a LineString of two points or more is wanted / 需要至少两个点的线")
    return shape


def _footprint(shape: Shape) -> Shape:
    if shape.type == "LineString":
        raise ValueError("a Point, Polygon or MultiPolygon is wanted / 需要点或面")
    polygons = {"Polygon": [shape.coordinates], "MultiPolygon": shape.coordinates}.get(shape.type, [])
    if any(len(ring) < 4 for rings in polygons for ring in rings):  # noqa: PLR2004 - a closed triangle
        raise ValueError("a ring has four points or more / 环至少有四个点")
    return shape


Line = Annotated[Shape, AfterValidator(_sound), AfterValidator(_line)]
Footprint = Annotated[Shape, AfterValidator(_sound), AfterValidator(_footprint)]


class SpanSaid(Said):
    """Floors of a unit, both inclusive."""

    unit: UUID
    floor_lo: Floor
    floor_hi: Floor


Spans = Annotated[list[SpanSaid], Field(max_length=5_000)]


class BuildingSaid(Said):
    """A building that stands in a compound."""

    key: UUID
    compound: UUID
    geometry: Footprint


class UnitSaid(Said):
    """A unit of a building."""

    key: UUID
    building: UUID
    households: Count
    floor_lo: Floor = 1
    floor_hi: Floor = 1
    geometry: Footprint | None = None
    floor_households: Annotated[list[Count], Field(max_length=211)] = []


class Reassign(Said):
    """Give floors to a grid, or to none."""

    spans: Spans
    to: UUID | None


class Merge(Said):
    """One grid goes up in its neighbour."""

    absorbed: UUID
    into: UUID


class Found(Said):
    """A new grid of chosen floors."""

    spans: Spans
    key: UUID
    name: GridName


class Split(Said):
    """Cut a grid along a line."""

    grid: UUID
    line: Line
    key: UUID
    name: GridName


class SplitFloors(Said):
    """Cut a grid below a floor."""

    grid: UUID
    floor: Floor
    key: UUID
    name: GridName


class Swap(Said):
    """Two grids exchange floors."""

    these: Spans
    those: Spans


class Reshape(Said):
    """The border between two units runs along a line."""

    a: UUID
    b: UUID
    line: Line


class Transfer(Said):
    """A building goes to the compound next door."""

    building: UUID
    compound: UUID
    to: UUID


class Rename(Said):
    """A grid gets another name."""

    grid: UUID
    name: GridName


class Lock(Said):
    """A grid is locked or unlocked."""

    grid: UUID
    locked: bool


class EditAdjacency(Said):
    """A gate joins two units, or a wall parts them."""

    a: UUID
    b: UUID
    joined: bool


class AddBuilding(Said):
    """A new building with its units."""

    site: BuildingSaid
    units: Annotated[list[UnitSaid], Field(max_length=100)]
    to: UUID | None


class RemoveBuilding(Said):
    """A building is gone."""

    building: UUID


class CorrectBuilding(Said):
    """A building's footprint was surveyed anew."""

    building: UUID
    geometry: Footprint


class AddUnit(Said):
    """A forgotten unit."""

    unit: UnitSaid
    to: UUID | None


class RemoveUnit(Said):
    """A unit that does not exist."""

    unit: UUID


class CorrectUnit(Said):
    """A unit was counted anew."""

    site: UnitSaid


class Turn(Said):
    """Undo or redo: one's own newest operation, or anyone's."""

    whose: Literal["mine", "anyone"] = "mine"


class TakeBack(Said):
    """Undo one old operation."""

    version: Annotated[int, Field(strict=True, ge=1, le=2_000_000_000)]


VERBS: dict[str, type[Said]] = {
    "reassign": Reassign,
    "merge": Merge,
    "found": Found,
    "split": Split,
    "split_floors": SplitFloors,
    "swap": Swap,
    "reshape": Reshape,
    "transfer": Transfer,
    "rename": Rename,
    "lock": Lock,
    "edit_adjacency": EditAdjacency,
    "add_building": AddBuilding,
    "remove_building": RemoveBuilding,
    "correct_building": CorrectBuilding,
    "add_unit": AddUnit,
    "remove_unit": RemoveUnit,
    "correct_unit": CorrectUnit,
    "undo": Turn,
    "redo": Turn,
    "take_back": TakeBack,
}
