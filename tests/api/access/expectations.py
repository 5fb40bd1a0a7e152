"""What each address of the service owes to whom. Whoever adds a route adds a line here; the matrix refuses to guess.

An expectation fills an address in for a *target*: a place by its path name (``A1ap`` is compound p of community A1a) at
its level, which is the asker's own, a sibling's, a parent's, a child's or one in a foreign city.
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid5

from api.access.roles import MANAGERS, Role
from tests.api.access.world import SPACE, key

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

LEVELS = ("district", "subdistrict", "community", "compound", "unit")
EVERYBODY = frozenset(Role)
READERS = EVERYBODY - {Role.AUDITOR}
EDITORS = frozenset({Role.PLANNER, Role.COMMUNITY, Role.STREET_OFFICE, Role.DISTRICT, Role.ADMINISTRATOR})
DECIDERS = frozenset({Role.STREET_OFFICE, Role.DISTRICT, Role.ADMINISTRATOR})
NOBODYS = uuid5(SPACE, "nobody's")


@dataclass(frozen=True, slots=True)
class Target:
    """A place that an address is filled in for."""

    name: str

    @property
    def level(self) -> str:
        """Its level, by the length of its name."""
        return LEVELS[len(self.name) - 1]

    @property
    def id(self) -> UUID:
        """Its key."""
        return key(self.level, self.name)

    def inside(self, letters: int) -> str:
        """The path name of the first place of a deeper level inside, or of the one above."""
        return (self.name + "1ap1"[len(self.name) - 1 :])[:letters]

    @property
    def community(self) -> UUID:
        """The community that it is in, or its first."""
        return key("community", self.inside(3))

    @property
    def plan(self) -> UUID:
        """The published plan of that community."""
        return UUID(hashlib.md5(f"plan{self.community}".encode()).hexdigest())


Filling = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Expectation:
    """How an address is filled in, and who may succeed there with something of their own.

    ``placed``: the answer is about the target, so a foreign one has to be refused. ``who``: roles that may succeed.
    """

    who: frozenset[Role] = EVERYBODY
    path: Callable[[Target], Filling] = lambda _: {}
    query: Callable[[Target], Filling] = lambda _: {}
    body: Callable[[Target], Any] = lambda _: None
    placed: bool = False
    seen_as: Callable[[Target], str] = field(default=lambda target: target.name)
    files: Callable[[Target], Any] = lambda _: None


def tile_of(target: Target) -> Filling:
    """The tile of zoom 14 that holds the middle of a target's community."""
    west = {"A1a": 12, "A1b": 52, "A2a": 112, "Z1a": 512}[target.inside(3)]
    lon, lat = 104 + (west + 4) / 1000, 30 + 35 / 1000
    # Web Mercator; near 30 degrees a tile of zoom 14 is some two kilometres wide.
    side = 1 << 14
    y = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2
    return {"layer": "building", "z": 14, "x": int((lon + 180) / 360 * side), "y": int(y * side)}


def at(target: Target) -> Filling:
    """A point inside the target's community."""
    return {"lon": 104 + ({"A1a": 12, "A1b": 52, "A2a": 112, "Z1a": 512}[target.inside(3)] + 5) / 1000, "lat": 30.036}


def report_at(target: Target) -> Filling:
    """A report of rubbish inside the target's community."""
    return {"category": "environment.garbage", "place": at(target)}


def plan(target: Target) -> Filling:
    """The plan of the target's community."""
    return {"plan_id": target.plan}


def grid(target: Target) -> Filling:
    """The micro-grid of the target's compound, or of its first."""
    return {"grid_id": UUID(hashlib.md5(f"grid{key('compound', target.inside(4))}".encode()).hexdigest())}


def in_community(target: Target) -> Filling:
    """The target's community."""
    return {"community_id": target.community}


def plan_seen(target: Target) -> str:
    """The community that a plan is of."""
    return target.inside(3)


def resident(target: Target) -> Filling:
    """Somebody who lives on a floor of the target's first unit."""
    return {"person_id": key("resident", target.inside(5))}


def somebody(target: Target) -> Filling:
    """The account of the target community's office."""
    return {"account_id": key("account", f"community-{target.inside(3).lower()}")}


def rule_at(target: Target) -> dict[str, Any]:
    """A rule for the target's community."""
    place = {"level": "community", "place_id": str(target.community)}
    return {**place, "least": 20, "most": 90, "target": 60, "since": "2030-01-01", "source": "街道办会议纪要"}


def issue(target: Target) -> Filling:
    """The issue reported in the target's first compound."""
    return {"issue_id": key("issue", compound_seen(target))}


def compound_seen(target: Target) -> str:
    """The compound of the target, or its first."""
    return target.inside(4)


STAFF = frozenset(
    {Role.GRID_WORKER, Role.GRID_LEAD, Role.COMMUNITY, Role.STREET_OFFICE, Role.DISTRICT, Role.ADMINISTRATOR}
)
ISSUE = Expectation(who=STAFF, path=issue, placed=True, seen_as=compound_seen)
SEEN_ISSUE = Expectation(who=STAFF | {Role.PLANNER}, path=issue, placed=True, seen_as=compound_seen)
"""Planners look, and change nothing."""
NO_PATROL = Expectation(who=frozenset(), path=lambda _: {"patrol_id": NOBODYS})
TENDERS = MANAGERS | {Role.GRID_WORKER, Role.GRID_LEAD}
SELF = Expectation()
PLAN_READERS = READERS - {Role.RESIDENT, Role.PROPERTY_FIRM, Role.GRID_LEAD}
WHOLE = EDITORS | {Role.DEPARTMENT}
"""Who sees whole communities, not just what is theirs in them."""
PLAN = Expectation(who=PLAN_READERS, path=plan, placed=True, seen_as=plan_seen)
EDITED_PLAN = Expectation(who=EDITORS, path=plan, placed=True, seen_as=plan_seen)


def import_of(_: Target) -> Filling:
    """An import of nobody here."""
    return {"import_id": NOBODYS}


NO_RULE = {"rank": 1, "body_id": str(NOBODYS)}
A_RULE = {
    "late_most": 40,
    "open_most": 30,
    "again_most": 20,
    "often_most": 10,
    "blue": 85,
    "yellow": 60,
    "fewest_for_red": 3,
    "on_time_most": 40,
    "back_most": 20,
    "satisfied_most": 40,
    "red_from": 90,
    "black_below": 70,
    "fewest_handled": 3,
}
A_LIMIT = {"stage": "verify", "amount": 1, "unit": "hours"}
NO_IMPORT = Expectation(who=frozenset(), path=import_of, placed=True)

EXPECTATIONS: Mapping[tuple[str, str], Expectation] = {
    # nobody's secrets: the service's own words
    ("GET", "/api/openapi.json"): SELF,
    ("HEAD", "/api/openapi.json"): SELF,
    ("GET", "/api/health"): SELF,
    ("GET", "/api/ready"): SELF,
    ("GET", "/api/demo"): SELF,
    ("GET", "/api/oidc"): SELF,
    ("GET", "/api/oidc/start"): Expectation(who=frozenset()),
    ("GET", "/api/oidc/back"): Expectation(who=frozenset()),
    ("GET", "/api/tiles"): SELF,
    ("GET", "/api/settings/map"): SELF,
    ("GET", "/api/settings/basemap.pmtiles"): Expectation(who=frozenset()),
    ("GET", "/"): Expectation(who=frozenset()),
    # one's own account
    ("POST", "/api/session"): Expectation(who=frozenset(), body=lambda _: {"login": "nobody", "password": "x"}),
    ("DELETE", "/api/session"): SELF,
    ("GET", "/api/me"): SELF,
    ("GET", "/api/me/sessions"): SELF,
    ("DELETE", "/api/me/sessions/{session_id}"): Expectation(
        who=frozenset(), path=lambda _: {"session_id": NOBODYS}, placed=True
    ),
    ("PUT", "/api/me/password"): Expectation(
        who=frozenset(), body=lambda _: {"old": "not mine", "new": "long enough 77"}
    ),
    ("POST", "/api/me/totp"): SELF,
    ("PUT", "/api/me/totp"): Expectation(who=frozenset(), body=lambda _: {"secret": "A" * 32, "code": "000000"}),
    ("DELETE", "/api/me/totp"): Expectation(who=frozenset(), body=lambda _: {"password": "not mine"}),
    ("GET", "/api/me/tokens"): SELF,
    ("POST", "/api/me/tokens"): Expectation(body=lambda _: {"name": "a machine"}),
    ("DELETE", "/api/me/tokens/{token_id}"): Expectation(
        who=frozenset(), path=lambda _: {"token_id": NOBODYS}, placed=True
    ),
    # people, rosters, audit
    ("GET", "/api/people"): Expectation(who=TENDERS, query=lambda target: {"name": target.name}),
    ("POST", "/api/people"): Expectation(
        who=MANAGERS,
        body=lambda target: {"name": "某人", "community_id": str(target.community), "phone": "13800001234"},
        placed=True,
        seen_as=plan_seen,
    ),
    ("GET", "/api/people/{person_id}"): Expectation(
        who=TENDERS - {Role.DISTRICT, Role.ADMINISTRATOR},
        path=resident,
        placed=True,
        seen_as=lambda target: target.inside(5),
    ),
    ("POST", "/api/people/{person_id}/dismiss"): Expectation(
        who=frozenset(), path=resident, body=lambda _: {"reason": "不再任职"}, placed=True
    ),
    ("POST", "/api/people/{person_id}/reveal"): Expectation(
        who=frozenset(), path=resident, body=lambda _: {"field": "phone", "reason": "回访"}
    ),
    ("POST", "/api/people/{person_id}/export"): Expectation(
        who=MANAGERS, path=resident, body=lambda _: {"reason": "本人要求"}, placed=True, seen_as=plan_seen
    ),
    ("POST", "/api/people/{person_id}/erase"): Expectation(
        who=MANAGERS, path=resident, body=lambda _: {"reason": "本人要求"}, placed=True, seen_as=plan_seen
    ),
    ("GET", "/api/posts"): SELF,
    ("GET", "/api/rosters"): Expectation(who=MANAGERS),
    ("GET", "/api/rosters/template"): Expectation(who=MANAGERS),
    ("GET", "/api/rosters/{community_id}/ground"): Expectation(
        who=MANAGERS, path=lambda target: {"community_id": target.community}, placed=True, seen_as=plan_seen
    ),
    ("GET", "/api/rosters/{community_id}"): Expectation(
        who=MANAGERS, path=lambda target: {"community_id": target.community}, placed=True, seen_as=plan_seen
    ),
    ("POST", "/api/rosters/import"): Expectation(who=frozenset(), files=lambda _: {"file": b"no workbook"}),
    ("POST", "/api/assignments"): Expectation(
        who=MANAGERS,
        body=lambda target: {
            "person_id": str(resident(target)["person_id"]),
            "post": "grid_worker",
            "level": "community",
            "place_id": str(target.community),
        },
        placed=True,
        seen_as=plan_seen,
    ),
    ("POST", "/api/assignments/{assignment_id}/transfer"): Expectation(
        who=frozenset(),
        path=lambda _: {"assignment_id": NOBODYS},
        body=lambda target: {"level": "community", "place_id": str(target.community)},
        placed=True,
    ),
    ("DELETE", "/api/assignments/{assignment_id}"): Expectation(
        who=frozenset(), path=lambda _: {"assignment_id": NOBODYS}, placed=True
    ),
    ("POST", "/api/accounts"): Expectation(
        who=frozenset(),
        body=lambda target: {"person_id": str(resident(target)["person_id"]), "login": "somebody"},
    ),
    ("POST", "/api/accounts/{account_id}/password"): Expectation(
        who=MANAGERS - {Role.COMMUNITY}, path=somebody, placed=True, seen_as=plan_seen
    ),
    ("PATCH", "/api/accounts/{account_id}"): Expectation(
        who=MANAGERS - {Role.COMMUNITY},  # a community's own account is its street office's to close
        path=somebody,
        body=lambda _: {"active": False},
        placed=True,
        seen_as=plan_seen,
    ),
    ("GET", "/api/audit"): Expectation(who=frozenset({Role.AUDITOR})),
    ("GET", "/api/audit/export"): Expectation(who=frozenset({Role.AUDITOR})),
    ("GET", "/api/audit/check"): Expectation(who=frozenset({Role.AUDITOR})),
    ("POST", "/api/audit/check"): Expectation(who=frozenset({Role.AUDITOR})),
    # places
    ("GET", "/api/places"): SELF,
    ("GET", "/api/places/at"): Expectation(who=READERS, query=at),
    ("GET", "/api/places/{level}/{place_id}"): Expectation(
        who=READERS, path=lambda target: {"level": target.level, "place_id": target.id}, placed=True
    ),
    ("GET", "/api/search"): Expectation(query=lambda target: {"q": f"金丝雀{target.name}", "limit": 100}),
    # plans
    ("GET", "/api/plans"): SELF,
    ("POST", "/api/plans"): Expectation(
        who=EDITORS,
        body=lambda target: {"name": "方案", "community_id": str(target.community)},
        placed=True,
        seen_as=plan_seen,
    ),
    ("GET", "/api/plans/{plan_id}"): PLAN,
    ("DELETE", "/api/plans/{plan_id}"): EDITED_PLAN,
    ("PATCH", "/api/plans/{plan_id}"): Expectation(
        who=frozenset(), path=plan, body=lambda _: {"name": "新名"}, placed=True, seen_as=plan_seen
    ),
    ("GET", "/api/plans/{plan_id}/grids"): PLAN,
    ("GET", "/api/plans/{plan_id}/check"): Expectation(who=WHOLE, path=plan, placed=True, seen_as=plan_seen),
    ("POST", "/api/plans/{plan_id}/mend"): Expectation(
        who=WHOLE,
        path=plan,
        body=lambda target: {"community_id": str(target.community)},
        placed=True,
        seen_as=plan_seen,
    ),
    ("POST", "/api/plans/{plan_id}/state"): Expectation(
        who=frozenset(), path=plan, body=lambda _: {"to": "in_review"}, placed=True, seen_as=plan_seen
    ),
    ("POST", "/api/plans/{plan_id}/publish"): Expectation(
        who=frozenset(), path=plan, body=lambda _: {"effective_from": "2099-01-01"}, placed=True, seen_as=plan_seen
    ),
    ("GET", "/api/plans/{plan_id}/transitions"): PLAN,
    ("GET", "/api/plans/{plan_id}/succession"): PLAN,
    ("GET", "/api/plans/{plan_id}/comments"): PLAN,
    ("POST", "/api/plans/{plan_id}/comments"): Expectation(
        who=EDITORS,
        path=plan,
        body=lambda target: {"community_id": str(target.community), "text": "这里不对"},
        placed=True,
        seen_as=plan_seen,
    ),
    ("PATCH", "/api/plans/{plan_id}/comments/{comment_id}"): Expectation(
        who=frozenset(),
        path=lambda target: plan(target) | {"comment_id": NOBODYS},
        body=lambda _: {"resolved": True},
        placed=True,
        seen_as=plan_seen,
    ),
    ("PUT", "/api/plans/{plan_id}/presence"): Expectation(
        who=WHOLE,
        path=plan,
        body=lambda target: {"client": str(NOBODYS), "community_id": str(target.community)},
        placed=True,
        seen_as=plan_seen,
    ),
    ("DELETE", "/api/plans/{plan_id}/presence/{client}"): Expectation(
        path=lambda target: plan(target) | {"client": NOBODYS}
    ),
    # a stream without an end: tests/api/plans/test_live.py asks it
    ("GET", "/api/plans/{plan_id}/events"): Expectation(
        who=frozenset(), path=lambda _: {"plan_id": NOBODYS}, placed=True, seen_as=plan_seen
    ),
    ("GET", "/api/history/at"): Expectation(who=EVERYBODY, query=lambda target: at(target) | {"date": "2026-06-01"}),
    ("GET", "/api/history/grids"): Expectation(
        who=READERS,
        query=lambda target: in_community(target) | {"date": "2026-06-01"},
        placed=True,
        seen_as=plan_seen,
    ),
    ("GET", "/api/history/reigns"): Expectation(query=in_community),
    ("GET", "/api/history/grid/{grid_id}"): Expectation(
        who=WHOLE | {Role.GRID_WORKER}, path=grid, placed=True, seen_as=lambda target: target.inside(4)
    ),
    ("GET", "/api/compare"): Expectation(
        who=PLAN_READERS,
        query=lambda target: {"left": str(target.plan), "right": str(target.plan)},
        placed=True,
        seen_as=plan_seen,
    ),
    ("GET", "/api/plans/{plan_id}/workbench"): Expectation(
        who=WHOLE, path=plan, query=in_community, placed=True, seen_as=plan_seen
    ),
    ("GET", "/api/plans/{plan_id}/operations"): Expectation(
        who=WHOLE, path=plan, query=in_community, placed=True, seen_as=plan_seen
    ),
    ("POST", "/api/plans/{plan_id}/edits"): Expectation(
        who=frozenset(),  # the plans of this world are published, so nobody may
        path=plan,
        body=lambda target: {
            "id": str(NOBODYS),
            "community_id": str(target.community),
            "base_version": 0,
            "operations": [{"verb": "undo"}],
        },
        placed=True,
        seen_as=plan_seen,
    ),
    ("POST", "/api/plans/{plan_id}/run"): Expectation(
        who=EDITORS, path=plan, body=lambda _: {}, placed=True, seen_as=plan_seen
    ),
    ("GET", "/api/plans/{plan_id}/run"): PLAN,
    ("DELETE", "/api/plans/{plan_id}/run"): EDITED_PLAN,
    ("GET", "/api/plans/{plan_id}/run/events"): PLAN,
    # files in
    ("POST", "/api/imports"): Expectation(who=frozenset(), files=lambda _: {"file": b""}),
    ("GET", "/api/imports"): SELF,
    ("GET", "/api/imports/{import_id}"): NO_IMPORT,
    ("PUT", "/api/imports/{import_id}/choice"): Expectation(
        who=frozenset(), path=import_of, body=lambda _: {"layer": "a", "purpose": "building"}, placed=True
    ),
    ("GET", "/api/imports/{import_id}/faults"): NO_IMPORT,
    ("GET", "/api/imports/{import_id}/faults.xlsx"): NO_IMPORT,
    ("POST", "/api/imports/{import_id}/faults/accept"): Expectation(
        who=frozenset(), path=import_of, body=lambda _: {"accept": True}, placed=True
    ),
    ("GET", "/api/imports/{import_id}/rows"): NO_IMPORT,
    ("POST", "/api/imports/{import_id}/enter"): Expectation(
        who=frozenset(), path=import_of, body=lambda _: {}, placed=True
    ),
    ("POST", "/api/imports/{import_id}/cancel"): NO_IMPORT,
    ("GET", "/api/imports/{import_id}/losses"): NO_IMPORT,
    ("POST", "/api/imports/{import_id}/undo"): NO_IMPORT,
    ("GET", "/api/imports/{import_id}/events"): NO_IMPORT,
    ("POST", "/api/buildings/{building_id}/estimate"): Expectation(
        who=frozenset(), path=lambda _: {"building_id": NOBODYS}, body=lambda _: {}, placed=True
    ),
    # files out
    ("GET", "/api/exports/{what}"): Expectation(
        who=PLAN_READERS,
        path=lambda _: {"what": "grid"},
        query=lambda target: {"format": "geojson", "plan": str(target.plan)},
        placed=True,
        seen_as=plan_seen,
    ),
    # rules
    ("GET", "/api/rules"): SELF,
    ("GET", "/api/rules/{community_id}"): Expectation(
        who=READERS, path=lambda target: {"community_id": target.community}, placed=True, seen_as=plan_seen
    ),
    ("POST", "/api/rules"): Expectation(who=DECIDERS, body=rule_at, placed=True, seen_as=plan_seen),
    ("GET", "/api/exemptions"): SELF,
    ("POST", "/api/exemptions"): Expectation(
        who=DECIDERS,
        body=lambda target: {
            "community_id": str(target.community),
            "most": 140,
            "reason": "旧楼改造中",
            "until": "2099-12-31",
        },
        placed=True,
        seen_as=plan_seen,
    ),
    ("DELETE", "/api/exemptions/{exemption_id}"): Expectation(
        who=frozenset(), path=lambda _: {"exemption_id": NOBODYS}, placed=True
    ),
    ("GET", "/api/plans/{plan_id}/breaches"): PLAN,
    ("GET", "/api/plans/{plan_id}/frontier"): PLAN,
    # issues
    ("GET", "/api/issue-categories"): SELF,
    ("GET", "/api/bodies"): SELF,
    ("GET", "/api/routing-rules"): Expectation(who=DECIDERS),
    ("POST", "/api/routing-rules"): Expectation(who=frozenset(), body=lambda _: NO_RULE),
    ("PUT", "/api/routing-rules/{rule_id}"): Expectation(
        who=frozenset(), path=lambda _: {"rule_id": NOBODYS}, body=lambda _: NO_RULE
    ),
    ("DELETE", "/api/routing-rules/{rule_id}"): Expectation(who=frozenset(), path=lambda _: {"rule_id": NOBODYS}),
    ("POST", "/api/routing-rules/try"): Expectation(
        who=DECIDERS, body=lambda target: {"category": "environment.garbage", **at(target)}
    ),
    ("GET", "/api/issue-limits"): Expectation(who=DECIDERS),
    ("POST", "/api/issue-limits"): Expectation(
        who=frozenset(), body=lambda _: {"since": "2020-01-01T00:00:00Z", "limits": [A_LIMIT]}
    ),
    ("GET", "/api/issue-limits/due"): Expectation(
        who=DECIDERS, query=lambda _: {"stage": "verify", "category": "environment.garbage"}
    ),
    ("GET", "/api/issues"): SELF,
    ("GET", "/api/issues/map"): SELF,
    ("GET", "/api/issues/counts"): SELF,
    # What stands on a street corner's sign is told to whoever stands there: these answer about the asker's own.
    ("GET", "/api/issues/where"): Expectation(who=READERS, query=lambda _: at(Target("A1ap"))),
    ("PUT", "/api/issues/{issue_id}"): Expectation(
        who=READERS, path=lambda _: {"issue_id": NOBODYS}, body=lambda _: report_at(Target("A1ap"))
    ),
    ("GET", "/api/issues/by-code/{code}"): Expectation(who=frozenset(), path=lambda _: {"code": "Z" * 10}),
    ("GET", "/api/issues/{issue_id}"): SEEN_ISSUE,
    ("POST", "/api/issues/acts"): Expectation(
        who=READERS | {Role.AUDITOR}, body=lambda _: {"ids": [str(NOBODYS)], "act": {"action": "verify"}}
    ),
    ("POST", "/api/issues/{issue_id}/acts"): Expectation(
        who=STAFF, path=issue, body=lambda _: {"action": "urge"}, placed=True, seen_as=compound_seen
    ),
    ("PUT", "/api/issues/{issue_id}/place"): Expectation(
        who=STAFF, path=issue, body=lambda target: {"place": at(target)}, placed=True, seen_as=compound_seen
    ),
    ("POST", "/api/issues/{issue_id}/messages"): Expectation(
        who=STAFF,
        path=issue,
        body=lambda target: {"id": str(key("message", target.name)), "words": "你好"},
        placed=True,
        seen_as=compound_seen,
    ),
    ("PUT", "/api/photos/{photo_id}"): Expectation(who=frozenset(), path=lambda _: {"photo_id": NOBODYS}),
    ("GET", "/api/photos/{photo_id}"): Expectation(who=frozenset(), path=lambda _: {"photo_id": NOBODYS}),
    ("GET", "/api/photos/{photo_id}/{size}.jpg"): Expectation(
        who=frozenset(), path=lambda _: {"photo_id": NOBODYS, "size": "full"}
    ),
    ("GET", "/api/issues/events"): Expectation(query=lambda _: {"once": True}),
    ("GET", "/api/issues/export.xlsx"): SELF,
    ("GET", "/api/issues/{issue_id}/work-order"): SEEN_ISSUE,
    ("GET", "/api/follow"): Expectation(who=frozenset()),
    ("POST", "/api/follow"): Expectation(who=frozenset(), body=lambda _: {"action": "urge"}),
    ("GET", "/api/follow/photos/{photo_id}/{size}.jpg"): Expectation(
        who=frozenset(), path=lambda _: {"photo_id": NOBODYS, "size": "full"}
    ),
    ("GET", "/api/public/issues"): SELF,
    ("POST", "/api/public/issues/{code}/me-too"): Expectation(who=frozenset(), path=lambda _: {"code": "Z" * 10}),
    # patrols
    ("GET", "/api/patrols"): Expectation(who=STAFF),
    ("POST", "/api/patrols/import"): Expectation(who=frozenset()),
    ("PUT", "/api/patrols/{patrol_id}"): Expectation(
        who=STAFF, path=lambda _: {"patrol_id": NOBODYS}, body=lambda _: {"lon": 0, "lat": 0}, placed=True
    ),
    ("GET", "/api/patrols/{patrol_id}"): NO_PATROL,
    ("PUT", "/api/patrols/{patrol_id}/fixes/{number}"): Expectation(
        who=frozenset(), path=lambda _: {"patrol_id": NOBODYS, "number": 0}, body=lambda _: {"fixes": []}
    ),
    ("POST", "/api/patrols/{patrol_id}/stop"): Expectation(
        who=frozenset(), path=lambda _: {"patrol_id": NOBODYS}, body=lambda _: {}
    ),
    ("GET", "/api/patrols/{patrol_id}/track"): NO_PATROL,
    ("GET", "/api/patrols/{patrol_id}/track.gpx"): NO_PATROL,
    ("PUT", "/api/visits/{visit_id}"): Expectation(
        who=STAFF,
        path=lambda target: {"visit_id": key("visit", target.name)},
        body=lambda target: {
            "unit_id": str(key("unit", target.inside(5))),
            "at": "2026-01-01T00:00:00Z",
            "outcome": "not_home",
        },
        placed=True,
        seen_as=lambda target: target.inside(5),
    ),
    ("GET", "/api/visits"): Expectation(who=STAFF),
    ("GET", "/api/coverage"): Expectation(
        who=STAFF, query=lambda target: {"community_id": target.community}, placed=True, seen_as=plan_seen
    ),
    ("GET", "/api/checklists"): Expectation(who=STAFF),
    ("POST", "/api/checklists"): Expectation(who=frozenset(), body=lambda _: {"zh": "", "items": []}),
    ("GET", "/api/patrol-plans"): Expectation(who=STAFF),
    ("POST", "/api/patrol-plans"): Expectation(
        who=frozenset(),
        body=lambda target: {"community_id": str(target.community), "checklist_id": str(NOBODYS), "every_days": 1},
    ),
    ("PUT", "/api/checks/{check_id}"): Expectation(
        who=frozenset(),
        path=lambda _: {"check_id": NOBODYS},
        body=lambda _: {
            "checklist_id": str(NOBODYS),
            "item": 0,
            "ok": True,
            "at": "2026-01-01T00:00:00Z",
            "lon": 104,
            "lat": 30,
        },
    ),
    # Open311
    ("GET", "/open311/discovery.{form}"): Expectation(path=lambda _: {"form": "json"}),
    ("GET", "/open311/v2/discovery.{form}"): Expectation(path=lambda _: {"form": "xml"}),
    ("GET", "/open311/v2/services.{form}"): Expectation(path=lambda _: {"form": "json"}),
    ("GET", "/open311/v2/services/{code}.{form}"): Expectation(
        path=lambda _: {"code": "environment.garbage", "form": "json"}
    ),
    ("GET", "/open311/v2/requests.{form}"): Expectation(path=lambda _: {"form": "json"}),
    ("GET", "/open311/v2/requests/{code}.{form}"): Expectation(
        who=frozenset(), path=lambda _: {"code": "Z" * 10, "form": "json"}
    ),
    ("POST", "/open311/v2/requests.{form}"): Expectation(who=frozenset(), path=lambda _: {"form": "json"}),
    # tiles
    ("GET", "/api/tiles/{layer}.json"): Expectation(path=lambda _: {"layer": "building"}),
    ("GET", "/api/tiles/{layer}/{z}/{x}/{y}.mvt"): Expectation(path=tile_of),
    # heat
    ("GET", "/api/heat"): SELF,
    ("GET", "/api/heat/cells"): SELF,
    ("GET", "/api/heat/hexagons"): SELF,
    ("GET", "/api/heat/film"): SELF,
    ("GET", "/api/heat/areas/{level}"): Expectation(path=lambda _: {"level": "community"}),
    ("GET", "/api/heat/spots"): SELF,
    ("GET", "/api/office/morning"): SELF,
    ("GET", "/api/office/kpis"): SELF,
    ("GET", "/api/office/ratings"): SELF,
    ("GET", "/api/office/ratings/{compound_id}/cases"): Expectation(
        who=READERS,
        path=lambda target: {"compound_id": key("compound", target.inside(4))},
        query=lambda _: {"month": "2026-10-01"},
        placed=True,
        seen_as=lambda target: target.inside(4),
    ),
    ("POST", "/api/office/ratings/{compound_id}/replies"): Expectation(
        who=READERS,
        path=lambda target: {"compound_id": key("compound", target.inside(4))},
        body=lambda _: {"month": "2026-10-01", "words": "已整改"},
        placed=True,
        seen_as=lambda target: target.inside(4),
    ),
    ("GET", "/api/office/bodies"): SELF,
    ("GET", "/api/office/kpis/{code}/cases"): Expectation(path=lambda _: {"code": "response"}),
    ("GET", "/api/office/tables/{table}.xlsx"): Expectation(path=lambda _: {"table": "figures"}),
    ("GET", "/api/office/rules"): SELF,
    ("POST", "/api/office/rules"): Expectation(who=frozenset(), body=lambda _: {**A_RULE, "since": "2020-01-01"}),
    ("POST", "/api/office/rules/trial"): Expectation(who=DECIDERS, body=lambda _: {**A_RULE, "month": "2026-10-01"}),
    ("GET", "/api/office/views"): SELF,
    ("POST", "/api/office/views"): Expectation(body=lambda _: {"name": "早会", "address": "/office.html"}),
    ("DELETE", "/api/office/views/{view_id}"): Expectation(path=lambda _: {"view_id": NOBODYS}, who=frozenset()),
    ("GET", "/api/office/report.pdf"): SELF,
    ("GET", "/api/office/report-order"): SELF,
    ("PUT", "/api/office/report-order"): Expectation(body=lambda _: {"language": "zh"}),
    ("DELETE", "/api/office/report-order"): SELF,
    ("GET", "/api/office/reports"): SELF,
    ("GET", "/api/office/reports/{report_id}.pdf"): Expectation(path=lambda _: {"report_id": NOBODYS}, who=frozenset()),
    ("GET", "/api/heat/export/{form}"): Expectation(path=lambda _: {"form": "xlsx"}),
    ("GET", "/api/heat/changes"): Expectation(query=lambda _: {"seconds": 0}),
    ("GET", "/api/heat/tiles/{z}/{x}/{y}.mvt"): Expectation(
        path=lambda target: {k: v for k, v in tile_of(target).items() if k != "layer"}
    ),
}
