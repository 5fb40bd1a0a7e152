"""The seeded compounds of the generator as atom graphs, the ground on which the partition is measured."""

from __future__ import annotations

from typing import TYPE_CHECKING

import shapely

from geo.synthesis.compounds import make
from geo.synthesis.plane import Plane
from geo.topology.adjacency import adjacency
from geo.topology.bounds import Rule
from geo.topology.cells import lay_cells
from geo.topology.ground import BuildingSite, CompoundSite, Ground, UnitSite

if TYPE_CHECKING:
    from typing import TypeVar

    from shapely.geometry.base import BaseGeometry

    Shape = TypeVar("Shape", bound=BaseGeometry)

    from geo.hierarchy.places import City
    from geo.synthesis.compounds import Kind
    from geo.topology.atoms import AtomGraph


def compound_graph(kind: Kind, seed: int) -> AtomGraph:
    """The atoms of one generated compound under the default rule."""
    ground = ground_of(make(kind, seed))
    return adjacency(ground, lay_cells(ground), Rule())


def ground_of(city: City) -> Ground:
    """The places of a generated city in its own metric plane."""
    plane = Plane()

    def flat(shape: Shape) -> Shape:
        return shapely.transform(shape, plane.metres)

    return Ground(
        compounds=tuple(CompoundSite(str(c.id), flat(c.geometry)) for c in city.compounds),
        buildings=tuple(BuildingSite(str(b.id), str(b.compound_id), flat(b.geometry)) for b in city.buildings),
        units=tuple(
            UnitSite(
                str(u.id),
                str(u.building_id),
                u.households,
                u.floor_lo,
                u.floor_hi,
                flat(u.geometry),
                u.floor_households,
            )
            for u in city.units
        ),
        barriers=tuple(flat(b.geometry) for b in city.barriers),
    )
