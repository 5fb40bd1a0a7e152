"""Guesses which column of a file is which of ours: 小区名称, 户数, 层数 … The guess is shown and can be corrected.

Three rules, in this order: the same name as ours, a known name (Chinese or English) word for word, a known word inside
a longer name. Where two columns fit, the values decide: a count is a number, a name is not.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

KNOWN: dict[str, tuple[str, ...]] = {
    "code": ("编码", "代码", "编号", "标识码", "统一编码", "code", "id", "gid", "fid", "bid", "adcode", "osm_id",
             "工单编号", "工单号", "诉求编号", "事件编号", "受理编号", "案件编号", "servicerequestnum",
             "service_request_id", "unique_key", "request_id", "community_code", "street_code", "district_code",
             "district_adcode", "city_adcode", "ext_id", "网格编码", "网格代码"),
    "name": ("名称", "名字", "名", "name", "title", "district_name", "city_name", "short_name", "ext_name", "网格名称"),
    "compound": ("小区名称", "小区", "院落名称", "院落", "所属小区", "楼盘", "楼盘名称", "compound", "estate"),
    "community": ("社区名称", "社区", "所属社区", "村居", "居委会", "社区居委会", "community", "neighbourhood"),
    "subdistrict": ("街道名称", "街道", "所属街道", "街道办", "乡镇", "镇街", "subdistrict", "street_office", "street"),
    "district": ("区县名称", "区县", "所属区县", "district", "county"),
    "subdistrict_code": ("街道代码", "街道编码", "street_code", "subdistrict_code"),
    "district_code": ("区县代码", "区县编码", "district_code", "district_adcode"),
    "building": ("楼栋号", "楼栋", "楼号", "栋号", "幢号", "楼栋编号", "楼栋名称", "幢", "building", "building_no"),
    "unit": ("单元号", "单元", "单元名称", "梯号", "unit", "entrance", "stairwell"),
    "units": ("单元数", "单元数量", "单元个数", "units", "unit_count", "entrances"),
    "households": ("户数", "总户数", "住户数", "居民户数", "家庭户数", "户", "households", "hh", "hh_est", "dwellings"),
    "population": ("人口", "人口数", "人数", "常住人口", "population", "residents"),
    "floors": ("层数", "楼层", "楼层数", "总层数", "地上层数", "floors", "floor", "levels", "storeys",
               "number_of_floors", "building:levels"),
    "height": ("高度", "楼高", "建筑高度", "height", "height_m"),
    "use": ("用途", "房屋用途", "建筑类型", "房屋类型", "类型", "use", "usage", "kind", "type", "kind_detail",
            "is_living", "is_residential", "是否住宅"),
    "built": ("建成年份", "建成时间", "建造年份", "年代", "竣工年份", "built", "year", "year_built"),
    "address": ("地址", "详细地址", "坐落", "门牌号", "门牌", "住址", "address", "addr", "addr_street", "addr:street"),
    "phone": ("电话", "联系电话", "手机", "手机号", "phone", "mobile"),
    "worker": ("网格员", "微网格员", "网格长", "负责人", "worker", "grid_worker"),
    "grid": ("网格编号", "网格名称", "网格", "微网格", "所属网格", "grid", "grid_code"),
    "category": ("类别", "事件类型", "诉求类型", "问题类别", "事件类别", "诉求类别", "问题类型", "大类", "一级分类",
                 "category", "srtype", "complaint_type", "service_name", "request_type"),
    "subcategory": ("小类", "二级分类", "细类", "complaint_type", "subcategory", "service_subtype", "request_subtype"),
    "title": ("标题", "主题", "title", "subject"),
    "description": ("诉求内容", "问题描述", "描述", "内容", "事件描述", "descriptor", "description",
                    "details", "request_details"),
    "opened": ("受理时间", "创建时间", "上报时间", "发生时间", "登记时间", "来电时间", "created_date", "createddate",
               "opened", "requested_datetime", "open_dt", "opened_at", "reported_at"),
    "closed": ("办结时间", "结案时间", "完成时间", "办理时间", "closed_date", "closedate", "closed",
               "closed_dt", "closed_at"),
    "due": ("办理时限", "截止时间", "到期时间", "时限", "duedate", "due_date", "due", "due_at"),
    "status": ("状态", "办理状态", "案件状态", "status", "srstatus"),
    "track": ("轨迹编号", "轨迹", "巡查编号", "巡查", "track", "track_id", "trip", "trip_id", "session"),
    "track_fid": ("track_fid",),
    "time": ("时间", "定位时间", "采集时间", "记录时间", "gps时间", "time", "timestamp", "gps_time",
             "datetime", "date_time", "recorded_at"),
    "accuracy": ("精度", "定位精度", "accuracy", "accuracy_m", "hdop_m"),
    "floor": ("楼层号", "所在楼层", "所在层", "楼层", "floor", "storey"),
    "door": ("门牌", "门牌号", "房号", "室号", "户室", "户号", "房间号", "室", "door", "room", "flat", "apartment"),
    "lon": ("经度", "lon", "lng", "long", "longitude", "东经", "x", "x坐标", "横坐标", "point_x", "gps经度"),
    "lat": ("纬度", "lat", "latitude", "北纬", "y", "y坐标", "纵坐标", "point_y", "gps纬度"),
}  # fmt: skip
"""Names that people give to our fields, the usual ones first."""

EXACT, KNOWN_NAME, BY_WORD, INSIDE = 1.0, 0.9, 0.8, 0.6


@dataclass(frozen=True, slots=True)
class Guess:
    """One column taken for one of our fields; ``confidence`` 0..1."""

    field: str
    column: str
    confidence: float


def guess(columns: Sequence[str], *, wanted: Sequence[str] = (), chosen: Mapping[str, str] | None = None) -> tuple[
    Guess, ...
]:  # fmt: skip
    """The best column for each field, at most one each.

    Args:
        columns: the file's column names.
        wanted: our fields to look for; all when empty.
        chosen: what a person said (field → column), which goes before every guess.

    >>> [(g.field, g.column) for g in guess(["小区名称", "楼栋号", "总户数（户）", "层数"])]
    [('compound', '小区名称'), ('building', '楼栋号'), ('households', '总户数（户）'), ('floors', '层数')]
    """
    said = dict(chosen or {})
    found = [Guess(field, column, EXACT) for field, column in said.items() if column in columns]
    offers = [
        Guess(field, column, sure)
        for field in (wanted or KNOWN)
        if field not in said
        for column in columns
        if (sure := _likeness(field, column)) > 0
    ]
    for offer in sorted(offers, key=lambda o: (-o.confidence, columns.index(o.column))):
        taken_fields, taken_columns = {g.field for g in found}, {g.column for g in found}
        if offer.field not in taken_fields and offer.column not in taken_columns:
            found.append(offer)
    order = list(KNOWN)
    return tuple(sorted(found, key=lambda g: order.index(g.field) if g.field in order else len(order)))


def coordinate_columns(columns: Sequence[str]) -> tuple[int, int] | None:
    """Where longitude (or easting) and latitude (or northing) stand, or None unless both are there.

    >>> coordinate_columns(["名称", "经度", "纬度"])
    (1, 2)
    """
    found = {g.field: g.column for g in guess(columns, wanted=("lon", "lat")) if g.confidence > BY_WORD}
    if len(found) == 2:  # noqa: PLR2004 - longitude and latitude
        return columns.index(found["lon"]), columns.index(found["lat"])
    return _pair(columns)


def _pair(columns: Sequence[str]) -> tuple[int, int] | None:
    """The first two columns that differ in nothing but longitude and latitude, and otherwise name a datum or a place.

    >>> coordinate_columns(["name", "WGS84_x", "WGS84_y", "GCJ02_x"]), coordinate_columns(["gps_lat", "gps_lon"])
    ((1, 2), (1, 0))
    """
    words = [re.split(r"[^a-z0-9]+", _plain(column)) for column in columns]
    for at, said in enumerate(words):
        east = next((word for word in said if word in KNOWN["lon"]), None)
        if east is None or not set(said) & _WHERE:
            continue
        north = _NORTH.get(east, "")
        wanted = [north if word == east else word for word in said]
        if wanted in words:
            return at, words.index(wanted)
    return None


_NORTH = {"x": "y", "lon": "lat", "lng": "lat", "long": "lat", "longitude": "latitude"}
_WHERE = {"wgs", "wgs84", "gps", "gcj", "gcj02", "bd", "bd09", "baidu", "amap", "gaode", "cgcs2000", "geo", "location",
          "point", "map", "center", "centre", "centroid", "coord", "start", "pickup"}  # fmt: skip
"""Words that say of a pair of columns that it is a place."""


def _likeness(field: str, column: str) -> float:
    """How well a column's name fits a field; a longer known word inside counts for more."""
    plain = _plain(column)
    if plain == field:
        return EXACT
    names = [_plain(name) for name in KNOWN.get(field, ())]
    if plain in names:
        return KNOWN_NAME - 0.001 * names.index(plain)
    inside = max((len(name) for name in names if len(name) > 1 and _holds(plain, name)), default=0)
    return INSIDE + 0.2 * inside / max(len(plain), 1) if inside else 0.0


def _holds(plain: str, name: str) -> bool:
    """Whether a longer name speaks of this one: Chinese anywhere, Latin as a whole word."""
    if name.isascii():
        return name in re.split(r"[^a-z0-9]+", plain)
    return name in plain


def _plain(name: str) -> str:
    """Lower case, without units in brackets and without decoration."""
    bare = re.sub(r"[（(\[【].*?[)）\]】]", "", name).strip().lower()
    return re.sub(r"[\s*＊:：]+$", "", bare)
