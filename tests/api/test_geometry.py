"""A request's place is on the globe and its shape a sound one, or it is refused before anything is computed with it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from api.errors import InvalidError, TooLargeError
from api.geometry import DEPTHS, MOST_VERTICES, Latitude, Longitude, check, corners, point
from api.main import create_app
from api.plans.operation_schemas import FARTHEST_MM, Footprint
from api.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

NAMES = {"lon": (-180, 180), "long": (-180, 180), "lat": (-90, 90)}


class Standing(BaseModel):
    """Where somebody stands."""

    lon: Longitude
    lat: Latitude


class Drawn(BaseModel):
    """What somebody drew, in millimetres."""

    area: Footprint


@pytest.mark.parametrize("odd", [math.nan, math.inf, -math.inf, 180.0001, 1e308, "east", None, [104]])
def test_what_is_no_number_on_the_globe_is_no_place(odd: Any) -> None:
    for said in ({"lon": odd, "lat": 30}, {"lon": 104, "lat": odd}):
        with pytest.raises(ValidationError):
            Standing.model_validate(said)


@pytest.mark.parametrize(
    "box", ["", "104", "104,30,105", "104,30,105,31,5", "105,30,104,31", "104,nan,105,31", "-inf,0,inf,1", "a,b,c,d"]
)
def test_a_box_goes_round_a_piece_of_the_globe(box: str) -> None:
    with pytest.raises(InvalidError):
        corners(box)


@pytest.mark.parametrize("said", ["", "104", "nan,30", "104,inf", "104,91", "104,30,5"])
def test_a_point_is_two_numbers(said: str) -> None:
    with pytest.raises(InvalidError):
        point(said)


def ring(count: int) -> list[list[int]]:
    return [[number, number * number % 9973] for number in range(count - 1)] + [[0, 0]]


@pytest.mark.parametrize("count", [MOST_VERTICES + 1, 100_000])
def test_a_hundred_thousand_corners_are_too_many(count: int) -> None:
    with pytest.raises(TooLargeError):
        Drawn.model_validate({"area": {"type": "Polygon", "coordinates": [ring(count)]}})


def test_as_many_corners_as_may_be_are_taken() -> None:
    assert Drawn.model_validate({"area": {"type": "Polygon", "coordinates": [ring(MOST_VERTICES)]}})


@pytest.mark.parametrize(
    "coordinates",
    [[], [[]], [1, 2], [[1, 2]], [[[1, 2], [3, 4]]], [[[1.5, 2]] * 4], [[[True, False]] * 4], [[[1, 2, 3]] * 4],
     [[[1, FARTHEST_MM + 1]] * 4], [[["1", "2"]] * 4], [[None] * 4], [{"0": 1}], [[[[1, 2]] * 4]]],
)  # fmt: skip
def test_what_is_no_polygon_in_millimetres_is_refused(coordinates: Any) -> None:
    with pytest.raises((InvalidError, ValidationError)):
        Drawn.model_validate({"area": {"type": "Polygon", "coordinates": coordinates}})


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=5) | st.integers(-200, 200),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=20,
)


@given(st.sampled_from(sorted(DEPTHS)), JSON)
def test_whatever_is_sent_is_positions_or_refused(kind: str, sent: Any) -> None:
    seen: list[Any] = []

    def is_position(data: Any) -> bool:
        seen.append(data)
        return isinstance(data, list) and len(data) == 2

    try:
        check(kind, sent, is_position)
    except InvalidError:
        return
    assert seen
    assert all(len(position) == 2 for position in seen)


def numbers(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every number of a request that is called a longitude or a latitude."""
    for operations in document["paths"].values():
        for operation in operations.values():
            for said in operation.get("parameters", []):
                yield said["name"], said["schema"]
    for name, schema in document["components"]["schemas"].items():
        if not schema.get("additionalProperties", True):  # a request's body refuses what it does not know
            for field, said in schema.get("properties", {}).items():
                yield f"{name}.{field}", said


def test_every_place_of_a_request_is_bound_to_the_globe() -> None:
    """Whoever lets a request say where takes ``Longitude`` and ``Latitude``; seen to fail with a bare ``float``."""
    found = 0
    for name, said in numbers(create_app(Settings()).openapi()):
        limits = NAMES.get(name.rpartition(".")[2])
        if limits is not None:
            kinds = said.get("anyOf", [said])
            number = next(kind for kind in kinds if kind.get("type") == "number")
            assert (number.get("minimum"), number.get("maximum")) == limits, name
            found += 1
    assert found >= 10
