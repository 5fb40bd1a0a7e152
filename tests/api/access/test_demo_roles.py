"""Logged in as each demo role on the sample: places, lists, search and tiles show that role's world and nothing else.

What a role's world is, is asked of the store by its owner, in plain SQL over the place of the post: no policy, no list
of ``app.…`` and none of the service's own functions take part.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import httpx
import psycopg
import pytest

from api.access.demo import PASSWORD, login_of
from api.access.roles import MANAGERS, Role
from api.embedded.cluster import OWNER
from tests.api.maps.reading import address, told

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from api.embedded.cluster import Cluster

PLACES = ("district", "subdistrict", "community", "compound", "building", "unit", "micro_grid")
TILES = (("community", 12), ("compound", 13), ("micro_grid", 14), ("building", 14), ("unit", 16))

POST = """
SELECT a.level, a.place_id, a.person_id, o.id FROM account o JOIN assignment a ON a.person_id = o.person_id
 WHERE o.login = %s AND a.until IS NULL
"""
# Everything below the place of a post, and everything above it up to the district; an auditor has no places at all.
UNITS = """
SELECT u.id FROM unit u JOIN building b ON b.id = u.building_id JOIN community c ON c.id = u.community_id
  JOIN subdistrict s ON s.id = c.subdistrict_id
 WHERE %(place)s IN (u.id, b.id, b.compound_id, c.id, s.id, s.district_id) OR %(level)s = 'store'
    OR EXISTS (SELECT FROM plan_member m WHERE m.unit_id = u.id AND m.micro_grid_id = %(place)s)
"""
WORLD = {
    "unit": UNITS,
    "building": f"""SELECT building_id AS id FROM unit WHERE id IN ({UNITS}) UNION
        SELECT b.id FROM building b JOIN community c ON c.id = b.community_id
          JOIN subdistrict s ON s.id = c.subdistrict_id
         WHERE %(place)s IN (b.compound_id, c.id, s.id, s.district_id) OR %(level)s = 'store'""",
    "compound": f"""SELECT b.compound_id AS id FROM unit u JOIN building b ON b.id = u.building_id
         WHERE u.id IN ({UNITS}) UNION
        SELECT o.id FROM compound o JOIN community c ON c.id = o.community_id
          JOIN subdistrict s ON s.id = c.subdistrict_id
         WHERE %(place)s IN (o.id, c.id, s.id, s.district_id) OR %(level)s = 'store'""",
    "community": f"SELECT community_id AS id FROM unit WHERE id IN ({UNITS})",
    "subdistrict": f"""SELECT c.subdistrict_id AS id FROM unit u JOIN community c ON c.id = u.community_id
         WHERE u.id IN ({UNITS})""",
    "district": f"""SELECT s.district_id AS id FROM unit u JOIN community c ON c.id = u.community_id
          JOIN subdistrict s ON s.id = c.subdistrict_id WHERE u.id IN ({UNITS})""",
    "micro_grid": """SELECT g.id FROM micro_grid g JOIN community c ON c.id = g.community_id
          JOIN subdistrict s ON s.id = c.subdistrict_id
         WHERE %(place)s IN (g.id, c.id, s.id, s.district_id) OR %(level)s = 'store'""",
}
BY_PLACE = """
SELECT i.id FROM issue i JOIN community c ON c.id = i.community_id JOIN subdistrict s ON s.id = c.subdistrict_id
 WHERE %(place)s IN (i.micro_grid_id, i.building_id, i.compound_id, c.id, s.id, s.district_id) OR %(level)s = 'store'
"""
BY_BODY = """
SELECT i.id FROM issue i JOIN body_member m ON m.person_id = %(person)s
 WHERE i.body_id = m.body_id OR EXISTS (SELECT FROM issue_call k WHERE k.issue_id = i.id AND k.body_id = m.body_id)
"""
OWN = "SELECT issue_id FROM issue_reporter WHERE account_id = %(account)s"
ISSUES = {
    Role.RESIDENT: OWN,
    Role.PROPERTY_FIRM: BY_BODY,
    Role.DEPARTMENT: BY_BODY,
    Role.AUDITOR: "SELECT id FROM issue WHERE false",
}
WHOLE = {"community", "subdistrict", "district", "store"}
"""Posts of whole communities; whoever stands below one is told of no whole community in the totals."""


@dataclass(frozen=True)
class World:
    """What a role may see, by kind, as ids."""

    role: Role
    level: str
    seen: dict[str, set[str]]

    @property
    def all(self) -> set[str]:
        """Every place."""
        return set().union(*(self.seen[kind] for kind in PLACES))


@pytest.fixture(scope="module")
def store(cluster: Cluster, sample_database: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(cluster.url(OWNER, sample_database), autocommit=True) as connection:
        yield connection


@pytest.fixture(scope="module")
def named(store: psycopg.Connection) -> dict[str, tuple[str, str]]:
    """Communities, compounds and every seventh building by id: their level and name."""
    rows = store.execute("""
      SELECT id::text, 'community', name FROM community UNION ALL SELECT id::text, 'compound', name FROM compound
      UNION ALL (SELECT id::text, 'building', name FROM building ORDER BY code LIMIT 60)
    """).fetchall()
    return {id_: (level, name) for id_, level, name in rows}


@pytest.fixture(scope="module")
def client_of(sample_address: str) -> Iterator[Callable[[Role], httpx.Client]]:
    """A client that has logged in with a demo account's name and password, as its holder would."""
    opened: dict[Role, httpx.Client] = {}

    def connect(role: Role) -> httpx.Client:
        if role not in opened:
            client = opened[role] = httpx.Client(base_url=sample_address, timeout=60)
            shown = client.post("/api/session", json={"login": login_of(role), "password": PASSWORD})
            assert shown.status_code == 204, shown.text
        return opened[role]

    yield connect
    for client in opened.values():
        client.close()


@pytest.fixture(params=Role)
def world(request: pytest.FixtureRequest, store: psycopg.Connection) -> World:
    role: Role = request.param
    level, place, person, account = store.execute(POST, [login_of(role)]).fetchone() or (None,) * 4
    values = {"level": level, "place": place, "person": person, "account": account}

    def ids(query: str) -> set[str]:
        return {str(row[0]) for row in store.execute(query, values)}

    seen = {kind: set() if role is Role.AUDITOR else ids(WORLD[kind]) for kind in PLACES}
    return World(role, level, seen | {"issue": ids(ISSUES.get(role, BY_PLACE))})


def test_each_role_has_a_world_of_its_own(world: World, store: psycopg.Connection) -> None:
    """The yardstick itself: nobody but those of the whole sample has all of it, and nobody but the auditor nothing."""
    row = store.execute("SELECT count(*) FROM unit").fetchone()
    assert row is not None
    whole = world.level in ("subdistrict", "district", "store") and world.role is not Role.AUDITOR
    assert (len(world.seen["unit"]) == row[0]) is whole
    assert bool(world.seen["unit"]) is (world.role is not Role.AUDITOR)


def test_the_totals_add_up_to_the_world(world: World, client_of: Callable[[Role], httpx.Client]) -> None:
    told_ = client_of(world.role).get("/api/places").json()["totals"]
    assert told_["units"] == len(world.seen["unit"])
    assert told_["buildings"] == len(world.seen["building"])
    assert told_["compounds"] == len(world.seen["compound"])
    assert told_["communities"] == (len(world.seen["community"]) if world.level in WHOLE else 0)


def test_a_place_opens_if_it_is_ones_own_and_is_not_there_if_not(
    world: World, client_of: Callable[[Role], httpx.Client], named: dict[str, tuple[str, str]]
) -> None:
    client = client_of(world.role)
    answers = {id_: client.get(f"/api/places/{level}/{id_}") for id_, (level, _) in named.items()}
    assert {answer.status_code for answer in answers.values()} <= {200, 404}
    assert {id_ for id_, answer in answers.items() if answer.is_success} == world.all & set(named)
    listed = {
        child["id"]
        for answer in answers.values()
        if answer.is_success
        for child in (answer.json()["children"] or {"items": []})["items"]
    }
    assert listed <= world.all


def test_the_search_finds_ones_own_and_nothing_else(
    world: World, client_of: Callable[[Role], httpx.Client], named: dict[str, tuple[str, str]]
) -> None:
    client = client_of(world.role)
    words = [name for level, name in named.values() if level != "building"]
    found = {
        hit["id"]
        for word in words
        for hit in client.get("/api/search", params={"q": word, "limit": 100}).json()["items"]
    }
    assert found <= world.all
    assert {id_ for id_, (level, _) in named.items() if level != "building"} & world.all <= found


def test_tiles_show_ones_own_part_of_what_there_is(
    world: World, client_of: Callable[[Role], httpx.Client], store: psycopg.Connection
) -> None:
    middles = store.execute("SELECT ST_X(p), ST_Y(p) FROM (SELECT ST_PointOnSurface(geometry) AS p FROM community) c")
    spots = middles.fetchall()
    for layer, zoom in TILES:
        paths = {address(layer, zoom, *spot) for spot in spots}
        mine = set().union(*(told(client_of(world.role).get(path).content, layer) for path in paths))
        there = set().union(*(told(client_of(Role.ADMINISTRATOR).get(path).content, layer) for path in paths))
        assert there
        assert mine == there & world.seen[layer], layer


def test_cases_are_ones_own(world: World, client_of: Callable[[Role], httpx.Client]) -> None:
    client = client_of(world.role)
    mapped = client.get("/api/issues/map").json()
    shown = {feature["properties"]["id"] for feature in mapped["features"]}
    assert shown <= world.seen["issue"]
    assert mapped["truncated"] or shown == world.seen["issue"]
    assert client.get("/api/issues/counts").json()["total"] == len(world.seen["issue"])
    first = client.get("/api/issues", params={"limit": 200}).json()["items"]
    assert {item["id"] for item in first} <= world.seen["issue"]
    assert len(first) == min(200, len(world.seen["issue"]))


def test_rosters_are_kept_by_whoever_keeps_them(
    world: World, client_of: Callable[[Role], httpx.Client], named: dict[str, tuple[str, str]]
) -> None:
    client = client_of(world.role)
    communities = [id_ for id_, (level, _) in named.items() if level == "community"]
    opened = {id_ for id_ in communities if client.get(f"/api/rosters/{id_}").is_success}
    assert opened == (world.seen["community"] if world.role in MANAGERS else set())


def test_an_audit_is_read_by_the_auditor_alone(world: World, client_of: Callable[[Role], httpx.Client]) -> None:
    answer = client_of(world.role).get("/api/audit")
    assert answer.status_code == (200 if world.role is Role.AUDITOR else 404)


STAFFED = """
SELECT count(*) FILTER (WHERE EXISTS (SELECT FROM assignment a WHERE a.place_id = g.id AND a.post = 'grid_worker'
         AND a.since <= now() AND (a.until IS NULL OR a.until > now())))::float / count(*)
  FROM micro_grid g JOIN plan p ON p.id = g.plan_id WHERE p.in_force
"""


def test_the_sample_has_its_people_and_some_places_wait_for_theirs(
    store: psycopg.Connection, client_of: Callable[[Role], httpx.Client]
) -> None:
    """一格三长三员一警, a rule about party members, part-time couriers, and somebody who is still to come."""
    (share,) = store.execute(STAFFED).fetchone() or (0,)
    assert 0.8 < share < 0.95
    office = client_of(Role.STREET_OFFICE)
    rosters = [office.get(f"/api/rosters/{place['id']}").json() for place in office.get("/api/rosters").json()]
    posts = [post for roster in rosters for post in roster["posts"]]
    assert {post["post"] for post in posts} >= {kind["name"] for kind in office.get("/api/posts").json()}
    missing = {vacancy["zh"] for roster in rosters for vacancy in roster["vacancies"]}
    assert missing == {"网格员", "党员"}
    couriers = [post for post in posts if post["post"] == "part_time_worker"]
    assert all(post["until"] for post in couriers)
    assert len({post["place_id"] for post in couriers}) > len({post["person_id"] for post in couriers})
    officers = {post["person_id"] for post in posts if post["post"] == "police"}
    assert len(officers) < len(rosters)
