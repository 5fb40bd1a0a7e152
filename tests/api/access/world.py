"""Two cities on one store, each thing in them named after where it is: whoever reads a foreign name has seen too much.

    city A  district A  ─ subdistrict A1 ─ communities A1a A1b      city Z  district Z ─ Z1 ─ Z1a
                        └ subdistrict A2 ─ communities A2a

Every community holds two compounds ("…p", "…q") of one building each, with two units of two floors, two doors a floor;
a published plan with one micro-grid a compound; one resident a floor. Names carry a *canary*: 金丝雀 and the path.
"""

from __future__ import annotations

import hashlib
import itertools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from uuid import UUID, uuid5

import psycopg
from shapely import MultiPolygon, box

from api.access.roles import Role
from api.maps.rebuild import rebuild
from api.places.load import load_city
from geo.hierarchy.places import Building, BuildingUse, City, Community, Compound, District, Subdistrict, Unit

if TYPE_CHECKING:
    from collections.abc import Iterator

SPACE = UUID(int=0x3C)
PATHS = ("A/A1/A1a", "A/A1/A1b", "A/A2/A2a", "Z/Z1/Z1a")
CANARY = "金丝雀"


def key(kind: str, name: str) -> UUID:
    """The id of a thing, worked out from its name."""
    return uuid5(SPACE, f"{kind} {name}")


def canary(name: str) -> str:
    """A name that tells where it is from; ``~`` ends it, so that A1 is not found in A1a."""
    return f"{CANARY}{name}~"


def _square(west: float, south: float, east: float, north: float) -> MultiPolygon:
    return MultiPolygon([box(104 + west / 1000, 30 + south / 1000, 104 + east / 1000, 30 + north / 1000)])


@dataclass(slots=True)
class Drawn:
    """The places drawn so far."""

    districts: dict[str, District] = field(default_factory=dict)
    subdistricts: dict[str, Subdistrict] = field(default_factory=dict)
    communities: list[Community] = field(default_factory=list)
    compounds: list[Compound] = field(default_factory=list)
    buildings: list[Building] = field(default_factory=list)
    units: list[Unit] = field(default_factory=list)


def _draw(drawn: Drawn, path: str, column: int, code: int) -> None:
    d, s, c = path.split("/")
    top = {"A": 0, "Z": 500}[d]
    sub = {"A1": 0, "A2": 100, "Z1": 500}[s]
    drawn.districts.setdefault(
        d, District(key("district", d), f"99{code:02d}01", canary(d), canary(d), _square(top, 0, top + 400, 400))
    )
    drawn.subdistricts.setdefault(
        s,
        Subdistrict(
            key("subdistrict", s),
            key("district", d),
            f"99{code:02d}01001",
            canary(s),
            canary(s),
            _square(sub + 10, 10, sub + 90, 390),
        ),
    )
    west = sub + 12 + column * 40
    number = f"99{code:02d}01001001"
    community = key("community", c)
    square = _square(west, 20, west + 30, 380)
    drawn.communities.append(Community(community, key("subdistrict", s), number, canary(c), canary(c), "urban", square))
    for row, side in enumerate("pq"):
        _draw_compound(drawn, f"{c}{side}", community, f"{number}{row + 1:03d}", (west + 2, 30 + row * 100))


def _draw_compound(drawn: Drawn, name: str, community: UUID, code: str, corner: tuple[float, float]) -> None:
    west, south = corner
    compound, building = key("compound", name), key("building", name)
    around = _square(west, south, west + 20, south + 80)
    drawn.compounds.append(
        Compound(compound, community, code, canary(name), canary(name), "slab", canary(name), around)
    )
    body = _square(west + 2, south + 2, west + 18, south + 10)
    drawn.buildings.append(
        Building(
            building,
            compound,
            community,
            f"{code}001",
            canary(name),
            canary(name),
            BuildingUse.RESIDENTIAL,
            2,
            1999,
            body,
        )
    )
    for number in (1, 2):
        left = west + 2 + (number - 1) * 8
        shape = _square(left, south + 2, left + 8, south + 10)
        drawn.units.append(
            Unit(
                key("unit", f"{name}{number}"),
                building,
                community,
                f"{code}001{number:02d}",
                canary(f"{name}{number}"),
                1,
                2,
                4,
                estimated=False,
                geometry=shape,
                floor_households=(2, 2),
            )
        )


def city() -> City:
    """Both cities as one value for the loader."""
    drawn = Drawn()
    for code, (path, column) in enumerate(zip(PATHS, (0, 1, 0, 0), strict=True), 1):
        _draw(drawn, path, column, code)
    return City(
        districts=tuple(drawn.districts.values()),
        subdistricts=tuple(drawn.subdistricts.values()),
        communities=tuple(drawn.communities),
        compounds=tuple(drawn.compounds),
        buildings=tuple(drawn.buildings),
        units=tuple(drawn.units),
    )


PLANS = """
INSERT INTO plan (id, subdistrict_id, community_id, name, state, effective)
  SELECT md5('plan' || id)::uuid, subdistrict_id, id, '方案' || name, 'published', '[2026-01-01,)' FROM community;
INSERT INTO micro_grid (id, plan_id, community_id, compound_id, code, name, geometry)
  SELECT md5('grid' || p.id)::uuid, md5('plan' || p.community_id)::uuid, p.community_id, p.id, p.code,
         '网格' || p.name, p.geometry FROM compound p;
INSERT INTO plan_member (plan_id, unit_id, community_id, micro_grid_id, floors)
  SELECT md5('plan' || u.community_id)::uuid, u.id, u.community_id, md5('grid' || b.compound_id)::uuid, '[1,2]'
    FROM unit u JOIN building b ON b.id = u.building_id;
INSERT INTO plan_run (id, plan_id, state) SELECT md5('run' || id)::uuid, id, 'done' FROM plan;
INSERT INTO plan_run_step (run_id, compound_id, community_id, state)
  SELECT md5('run' || md5('plan' || community_id)::uuid)::uuid, id, community_id, 'done' FROM compound;
INSERT INTO household_rule (community_id, least, most, target, effective, source)
  SELECT id, 20, 90, 60, '[2026-01-01,)', '规则' || name FROM community;
INSERT INTO exemption (community_id, compound_id, kind, name, least, most, reason, granted_by, effective)
  SELECT community_id, id, 'grid', name, 0, 200, '理由' || name, '街道办', '[2026-01-01,2099-01-01)' FROM compound;
INSERT INTO person (id, name, community_id, floor_id)
  SELECT md5('resident' || f.id)::uuid, '居民' || u.name || f.number, f.community_id, f.id
    FROM floor f JOIN unit u ON u.id = f.unit_id;
"""


ISSUE = """
INSERT INTO issue (id, code, kind, top, category, severity, title, geometry, raw_x, raw_y, subdistrict_id,
                   community_id, compound_id, micro_grid_id, source, reported_at, occurred_at, stage_since,
                   changed_at)
  SELECT %s, %s, 'event', 'environment', 'environment.garbage', 2, '垃圾' || p.name,
         ST_PointOnSurface(p.geometry), 0, 0,
         c.subdistrict_id, c.id, p.id, md5('grid' || p.id)::uuid, 'hotline', now(), now(), now(), now()
    FROM compound p JOIN community c ON c.id = p.community_id WHERE p.id = %s
"""
EVENT = """
INSERT INTO issue_event (issue_id, seq, at, action, party, status)
  VALUES (%s, 1, now(), 'report', 'community', 'reported')
"""


@dataclass(frozen=True, slots=True)
class Post:
    """A role held by a person of the tests, at a place."""

    role: Role
    level: str
    place: str

    @property
    def login(self) -> str:
        """The name to log in with."""
        return f"{self.role.value}-{self.place or 'store'}".lower().replace("_", "-")

    @property
    def cookie(self) -> str:
        """The cookie of the session that the fixture has opened."""
        return f"cookie of {self.login}"

    @property
    def place_id(self) -> UUID | None:
        """Where the post is; None is the whole store."""
        if self.level == "micro_grid":
            return UUID(hashlib.md5(f"grid{key('compound', self.place)}".encode()).hexdigest())
        return key(self.level, self.place) if self.place else None


POSTS = (
    Post(Role.RESIDENT, "unit", "A1ap1"),
    Post(Role.PROPERTY_FIRM, "compound", "A1ap"),
    Post(Role.GRID_WORKER, "micro_grid", "A1ap"),
    Post(Role.GRID_LEAD, "building", "A1ap"),
    Post(Role.DEPARTMENT, "subdistrict", "A1"),
    Post(Role.PLANNER, "subdistrict", "A1"),
    Post(Role.COMMUNITY, "community", "A1a"),
    Post(Role.STREET_OFFICE, "subdistrict", "A1"),
    Post(Role.DISTRICT, "district", "A"),
    Post(Role.AUDITOR, "district", "A"),
    Post(Role.ADMINISTRATOR, "store", ""),
    # their peers elsewhere, whose things must stay unseen
    Post(Role.GRID_WORKER, "micro_grid", "A1aq"),
    Post(Role.COMMUNITY, "community", "A1b"),
    Post(Role.STREET_OFFICE, "subdistrict", "A2"),
    Post(Role.COMMUNITY, "community", "Z1a"),
)
BY_ROLE = {post.role: post for post in reversed(POSTS)}
"""The post that stands for each role: the first of its kind."""


def _employ(connection: psycopg.Connection, post: Post) -> None:
    person, account = key("person", post.login), key("account", post.login)
    connection.execute("INSERT INTO person (id, name) VALUES (%s, %s)", [person, f"{post.role}{canary(post.place)}"])
    connection.execute(
        "INSERT INTO assignment (person_id, role, level, place_id) VALUES (%s, %s, %s, %s)",
        [person, post.role.value, post.level, post.place_id],
    )
    connection.execute("INSERT INTO account (id, person_id, login) VALUES (%s, %s, %s)", [account, person, post.login])
    connection.execute(
        "INSERT INTO session (account_id, digest, expires_at) VALUES (%s, %s, now() + interval '1 day')",
        [account, hashlib.sha256(post.cookie.encode()).digest()],
    )


def build(url: str) -> None:
    """Fill the store at ``url`` (the owner's address) with both cities and everybody in them."""
    load_city(url, [city()], doors=True)
    with psycopg.connect(url) as connection:
        connection.execute(PLANS)
        rebuild(connection)
        for path in PATHS:  # one resident by name in each community, whom the matrix asks for
            name = f"{path.split('/')[2]}p1"
            connection.execute(
                "UPDATE person SET id = %s WHERE floor_id = (SELECT id FROM floor WHERE unit_id = %s AND number = 1)",
                [key("resident", name), key("unit", name)],
            )
        for number, name in enumerate(name for name in everywhere() if len(name) == len("A1ap")):
            connection.execute(ISSUE, [key("issue", name), f"{number:010d}", key("compound", name)])
            connection.execute(EVENT, [key("issue", name)])
        for post in POSTS:
            _employ(connection, post)


def names_seen_by(post: Post) -> set[str]:
    """The path names that may appear in front of somebody: what lies within the post, and the chain above it."""
    return {name for name in everywhere() if _within(post, name) or _above(post, name)}


def everywhere() -> Iterator[str]:
    """Every path name on both maps."""
    for path in PATHS:
        yield from path.split("/")
        for side, number in itertools.product("pq", ("", "1", "2")):
            yield f"{path.split('/')[2]}{side}{number}"


def _within(post: Post, name: str) -> bool:
    if post.role is Role.AUDITOR:
        return name == post.place  # their own title tells where they are appointed, and that is all
    return name.startswith(post.place)


def _above(post: Post, name: str) -> bool:
    return post.role is not Role.AUDITOR and post.place.startswith(name)
