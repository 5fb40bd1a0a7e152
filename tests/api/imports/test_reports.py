"""Another system's list of reports becomes issues, once, and moves them when it comes again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import psycopg
import pytest
import shapely

from api.imports.record import summary_of
from api.imports.undo import losses, undo
from api.imports.work import Choice, look
from geo.exchange.purposes import Purpose
from tests.api.imports.conftest import layer, square

if TYPE_CHECKING:
    from geo.exchange.layer import Layer
    from tests.api.imports.conftest import City

INSIDE = shapely.centroid(square(34, 33, 36, 35))


def reports(*, status: str = "Open", closed: str = "", **more: list[Any]) -> Layer:
    columns: dict[str, list[Any]] = {
        "ServiceRequestNum": ["18-1", "18-2", "18-3"], "SRType": ["SW-Dirty Alley", "BGE-StLight(s) Out", ""],
        "CreatedDate": ["04/12/2018 11:11:26 AM", "2018-04-13 08:00", "2018年4月14日"],
        "CloseDate": [closed, "2018-04-14 09:00", ""], "SRStatus": [status, "Closed", "Open"],
    }  # fmt: skip
    return layer("311", [INSIDE, shapely.Point(0, 0), shapely.Point(104.2, 30.7)], **{**columns, **more})


def test_reports_become_issues_in_the_place_where_they_lie(city: City) -> None:
    came = city.load(reports(), Purpose.ISSUE)
    assert came.came_to() == {"added": 2, "held": 1}
    assert {fault.kind.value for fault in came.looked.faults} == {"at-zero", "no-category"}
    assert summary_of(came.looked, came.outcome, {})["held"] == {"at-zero": 1}
    rows = city.ask("SELECT i.category, i.status, i.source, i.version, m.name, b.name FROM issue i JOIN community m"
                    " ON m.id = i.community_id LEFT JOIN building b ON b.id = i.building_id ORDER BY 1")  # fmt: skip
    assert rows[0] == ("environment.garbage", "reported", "import", 1, "吉福社区", "3栋")
    assert rows[1][0] == "other.other"
    assert city.ask("SELECT count(*) FROM issue_reporter") == [(0,)]
    assert city.ask("SELECT action, payload->>'number' FROM issue_event ORDER BY 2") == [
        ("import", "18-1"), ("import", "18-3")
    ]  # fmt: skip


def test_a_report_gets_the_grid_that_was_there_on_its_day(city: City) -> None:
    reigns = {"旧": "[2018-04-01,2018-04-13)", "新": "[2018-04-13,)"}
    for name, days in reigns.items():
        city.load(layer(name, [square(30, 30, 50, 50)], 网格编号=[name]), Purpose.GRID, source=name)
        said = "UPDATE plan SET state = 'published', effective = %s WHERE name LIKE %s RETURNING id"
        assert len(city.ask(said, days, f"{name}%")) == 1
    times = ["2018-03-01 08:00", "2018-04-12 23:30", "2018-04-13 00:30"]
    given = layer("311", [INSIDE] * 3, ServiceRequestNum=["1", "2", "3"], SRType=["SW-Dirty Alley"] * 3,
                  CreatedDate=times, SRStatus=["Open"] * 3)  # fmt: skip
    assert city.load(given, Purpose.ISSUE).came_to() == {"added": 3}
    rows = city.ask("SELECT m.code FROM issue i JOIN micro_grid m ON m.id = i.micro_grid_id ORDER BY i.reported_at")
    assert rows == [("新",), ("旧",), ("新",)]  # before any plan it is counted with today's


def test_the_same_list_under_another_name_adds_nothing(city: City) -> None:
    city.load(reports(), Purpose.ISSUE, source="一月")
    assert city.load(reports(), Purpose.ISSUE, source="二月").came_to() == {"same": 2, "held": 1}


def test_a_later_list_moves_a_case_that_nobody_here_works_on(city: City) -> None:
    city.load(reports(), Purpose.ISSUE)
    came = city.load(reports(status="Closed", closed="2018-04-15 10:00"), Purpose.ISSUE)
    assert came.came_to() == {"changed": 1, "same": 1, "held": 1}
    assert city.ask("SELECT status, is_open, version FROM issue WHERE category <> 'other.other'") == [
        ("closed", False, 2)
    ]
    undo(city.connection, came.id)
    assert city.ask("SELECT status, is_open, closed_at FROM issue WHERE category <> 'other.other'") == [
        ("reported", True, None)
    ]


def test_what_somebody_works_on_stays_theirs(city: City) -> None:
    came = city.load(reports(), Purpose.ISSUE)
    city.ask("INSERT INTO issue_event (issue_id, seq, at, action, party, status) SELECT id, 2, now(), 'verify',"
             " 'community', 'verified' FROM issue WHERE category <> 'other.other' RETURNING seq")  # fmt: skip
    again = city.load(reports(status="Closed", closed="2018-04-15 10:00"), Purpose.ISSUE)
    assert again.came_to() == {"same": 2, "held": 1}
    assert [loss.kind for loss in losses(city.connection, came.id)] == ["issue"]


def test_a_category_that_a_person_chose_goes_before_the_guess(city: City) -> None:
    choice = Choice(Purpose.ISSUE, "311", categories={"SW-Dirty Alley": "environment.dog"})
    words = {word.theirs: word.ours for word in look(city.connection, reports(), choice).translated}
    assert words["SW-Dirty Alley"] == "environment.dog"
    assert words["BGE-StLight(s) Out"] == "facility.streetlight"


def test_undo_takes_imported_issues_out_with_their_ground(bare: City) -> None:
    came = bare.load(reports(), Purpose.ISSUE)
    assert bare.ask("SELECT count(*) FROM issue") == [(2,)]
    undo(bare.connection, came.id)
    assert bare.ask("SELECT (SELECT count(*) FROM issue), (SELECT count(*) FROM community)") == [(0, 0)]
    assert bare.ask("SELECT count(*) FROM heat_fact WHERE gone = 0") == [(0,)]


def test_an_event_that_no_list_brought_can_not_be_taken_back(city: City) -> None:
    city.load(reports(), Purpose.ISSUE)
    city.ask("INSERT INTO issue_event (issue_id, seq, at, action, party, status) SELECT id, 2, now(), 'verify',"
             " 'community', 'verified' FROM issue RETURNING seq")  # fmt: skip
    with pytest.raises(psycopg.errors.InsufficientPrivilege), city.connection.transaction():
        city.connection.execute("DELETE FROM issue_event")


def test_an_address_tells_the_place_where_no_coordinates_do(city: City) -> None:
    said = reports(地址=["", "锦绣花园3栋", ""])
    came = city.load(
        said.with_geometry(__import__("numpy").array([INSIDE, None, None], dtype=object), epsg=4326), Purpose.ISSUE
    )
    assert came.came_to() == {"added": 2, "held": 1}
    assert city.ask("SELECT located, b.name FROM issue i JOIN building b ON b.id = i.building_id ORDER BY 1") == [
        ("address", "3栋"), ("pin", "3栋")
    ]  # fmt: skip
