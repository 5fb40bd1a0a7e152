"""What a delivered layer may be taken for: buildings, grids, roads … and what each has to bring."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

POINTS, LINES, AREAS = 0, 1, 2


class Purpose(StrEnum):
    """What a layer is loaded as."""

    DISTRICT = "district"
    SUBDISTRICT = "subdistrict"
    COMMUNITY = "community"
    COMPOUND = "compound"
    BUILDING = "building"
    UNIT = "unit"
    GRID = "grid"
    BARRIER = "barrier"
    AREA = "area"
    HOUSEHOLD = "household"
    ISSUE = "issue"
    TRACK = "track"
    CODE = "code"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a purpose asks of a layer.

    Attributes:
        zh: its name on a Chinese page.
        en: its name on an English page.
        fields: our fields that are looked for among its columns.
        dimensions: shapes it admits (0 points, 1 lines, 2 areas); none for tables without shapes.
        parent: the level whose places have to hold its rows; "" for none.
    """

    zh: str
    en: str
    fields: tuple[str, ...]
    dimensions: frozenset[int]
    parent: str = ""


_NAMED = ("code", "name", "name_en")
_AREAS = frozenset({AREAS})
_LINES = frozenset({LINES})
WANTED: dict[Purpose, Wanted] = {
    Purpose.DISTRICT: Wanted("区县", "districts", _NAMED, _AREAS),
    Purpose.SUBDISTRICT: Wanted("街道、乡镇", "subdistricts", (*_NAMED, "district"), _AREAS, "district"),
    Purpose.COMMUNITY: Wanted("社区、村", "communities", (*_NAMED, "subdistrict", "kind"), _AREAS, "subdistrict"),
    Purpose.COMPOUND: Wanted(
        "小区、院落", "compounds", (*_NAMED, "compound", "community", "address", "kind", "households"), _AREAS,
        "community",
    ),
    Purpose.BUILDING: Wanted(
        "楼栋", "buildings",
        (*_NAMED, "compound", "community", "building", "units", "households", "population", "floors", "height", "use",
         "built", "address"),
        frozenset({POINTS, AREAS}), "compound",
    ),
    Purpose.UNIT: Wanted(
        "单元", "units", (*_NAMED, "compound", "building", "unit", "households", "floors", "address"),
        frozenset({POINTS, AREAS}), "",
    ),
    Purpose.GRID: Wanted("微网格", "micro-grids", (*_NAMED, "grid", "households", "worker"), _AREAS),
    Purpose.BARRIER: Wanted("道路、河流、围墙", "barriers", (*_NAMED, "kind", "road_class"), frozenset({LINES})),
    Purpose.AREA: Wanted("水面、绿地", "water and parks", (*_NAMED, "kind"), _AREAS),
    Purpose.HOUSEHOLD: Wanted(
        "住户", "households", ("code", "compound", "building", "unit", "floor", "door", "households", "address"),
        frozenset(),
    ),
    Purpose.ISSUE: Wanted(
        "诉求、事件", "issues",
        ("code", "category", "subcategory", "title", "description", "address", "opened", "closed", "due", "status"),
        frozenset({POINTS}),
    ),
    Purpose.TRACK: Wanted(
        "巡查轨迹", "patrol tracks", ("track", "track_fid", "name", "time", "accuracy"), frozenset({POINTS, LINES})
    ),
    Purpose.CODE: Wanted("官方代码表", "official codes", ("code", "name", "level"), frozenset()),
}  # fmt: skip


def likely(name: str, columns: tuple[str, ...], dimensions: frozenset[int]) -> Purpose:
    """The purpose that a layer's name, columns and shapes speak for most; buildings in doubt."""
    said = name.lower()
    for purpose, words in _WORDS.items():
        admitted = WANTED[purpose].dimensions
        drawn = admitted in (_AREAS, _LINES)  # what is nothing without its outline
        named = said.replace("communit", "") if purpose is Purpose.UNIT else said
        if any(word in named for word in words) and (dimensions & admitted if dimensions else not drawn):
            return purpose
    present = {column.lower() for column in columns}
    if said.endswith("track_points") or (POINTS in dimensions and present & _TIMES):
        return Purpose.TRACK
    if present & _REPORTS and (not dimensions or POINTS in dimensions):
        return Purpose.ISSUE
    if LINES in dimensions:
        return Purpose.BARRIER
    if not dimensions:
        return Purpose.HOUSEHOLD if present & _DOORS else Purpose.CODE
    return Purpose.DISTRICT if present & _ADMINISTRATIVE and AREAS in dimensions else Purpose.BUILDING


_TIMES = {"track_fid", "定位时间", "gps_time", "轨迹编号"}
_REPORTS = {
    "受理时间",
    "诉求类型",
    "事件类型",
    "诉求内容",
    "created_date",
    "createddate",
    "requested_datetime",
    "srtype",
    "complaint_type",
    "工单编号",
    "问题类别",
    "service_request_id",
}
_ADMINISTRATIVE = {"adcode", "city_adcode", "district_adcode", "行政区划代码"}
_DOORS = {"door", "门牌", "门牌号", "房号", "室号", "户室"}
_WORDS: dict[Purpose, tuple[str, ...]] = {
    Purpose.TRACK: ("track_points", "轨迹"),
    Purpose.ISSUE: ("complaint", "诉求", "工单", "issue", "事件"),
    Purpose.GRID: ("micro_grid", "microgrid", "grid", "网格"),
    Purpose.BUILDING: ("building", "楼栋", "房屋", "建筑", "footprint"),
    Purpose.COMPOUND: ("compound", "小区", "院落"),
    Purpose.COMMUNITY: ("community", "communities", "社区", "村"),
    Purpose.SUBDISTRICT: ("subdistrict", "street", "街道", "乡镇"),
    Purpose.DISTRICT: ("district", "区县", "admin"),
    Purpose.BARRIER: ("barrier", "road", "river", "道路", "围墙", "河"),
    Purpose.AREA: ("water", "park", "水", "绿地"),
    Purpose.UNIT: ("unit", "单元"),
    Purpose.HOUSEHOLD: ("household", "住户", "户籍"),
}


def source_of(file: str, layer: str, layers: int) -> str:
    """What a delivery is called where nobody says: the file, and of a file with several layers the layer too.

    What another layer of the same file does not have is not gone.

    >>> source_of("楼栋.csv", "楼栋", 1), source_of("city.gpkg", "shanghai", 3)
    ('楼栋.csv', 'city.gpkg · shanghai')
    """
    return file if layers == 1 else f"{file} · {layer}"
