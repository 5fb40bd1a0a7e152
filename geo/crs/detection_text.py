"""What the page says about the position of a file, in both languages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo.crs.datum import Datum

if TYPE_CHECKING:
    from geo.crs.reading import Reading

_ZH = ("北", "东北", "东", "东南", "南", "西南", "西", "西北")
_EN = ("north", "north-east", "east", "south-east", "south", "south-west", "west", "north-west")


def direction(bearing: float) -> tuple[str, str]:
    """The nearest of eight directions, in Chinese and in English.

    >>> direction(316.0)
    ('西北', 'north-west')
    """
    eighth = round(bearing / 45.0) % 8
    return _ZH[eighth], _EN[eighth]


def name(reading: Reading) -> tuple[str, str]:
    """How a reading is called, in Chinese and in English."""
    zh, en = reading.datum.zh, reading.datum.en
    if reading.epsg is not None:
        zh, en = f"{zh} 投影坐标 EPSG:{reading.epsg}", f"{en} projected as EPSG:{reading.epsg}"
    if reading.swapped:
        order = (
            ("经纬度颠倒", "latitude before longitude") if reading.in_degrees else ("横纵坐标颠倒", "northing first")
        )
        zh, en = f"{zh}，{order[0]}", f"{en}, {order[1]}"
    if reading.squeezed:
        zh, en = f"{zh}，经纬度曾被误当作米", f"{en}, degrees once taken for metres"
    return zh, en


def fits(reading: Reading) -> tuple[str, str]:
    """It lies where it should."""
    zh, en = name(reading)
    return f"位置吻合：按 {zh} 读取即可，无需转换。", f"It fits: read as {en}, nothing to convert."


def other(reading: Reading, shift_m: float, bearing: float, confidence: float) -> tuple[str, str]:
    """It fits under another reading."""
    zh, en = name(reading)
    sure = f"{confidence:.0%}"
    if not 0 < shift_m < 100_000:  # noqa: PLR2004 - metres; beyond a city the distance tells nobody anything
        return (
            f"这个文件的坐标看起来是 {zh}（把握 {sure}）。是否转换？",
            f"The coordinates of this file look like {en} (confidence {sure}). Convert?",
        )
    zh_way, en_way = direction(bearing)
    return (
        f"这个文件向{zh_way}移动 {shift_m:.0f} 米后与现有数据吻合：看起来是 {zh}（把握 {sure}）。是否转换？",
        f"This file fits {shift_m:.0f} m to the {en_way}: it looks like {en} (confidence {sure}). Convert?",
    )


def shifted(shift_m: float, bearing: float) -> tuple[str, str]:
    """It fits when moved, but no datum moves things so."""
    zh_way, en_way = direction(bearing)
    zh = f"这个文件向{zh_way}移动 {shift_m:.0f} 米后与现有数据吻合，但不符合任何已知坐标系；"
    en = f"This file fits {shift_m:.0f} m to the {en_way}, but no known datum shifts so: "
    return (
        zh + "可能来自旧坐标系或地方坐标系，请向提供单位核实。",
        en + "perhaps an old survey or a city grid; ask whoever made it.",
    )


def cannot_tell(reading: Reading, *, compared: bool, abroad: bool = False) -> tuple[str, str]:
    """Nothing speaks for or against; ``abroad`` the datums of China's maps are those of the world."""
    zh, en = name(reading)
    if compared:
        return (
            f"与现有数据重合太少，无法判断坐标系；暂按 {zh} 读取，请在地图上核对。",
            f"Too little in common with what is there to tell the datum; read as {en}: check it on the map.",
        )
    if abroad:
        return (
            f"没有可对照的数据；按 {zh} 读取，位置在中国以外，没有偏移坐标系。",
            f"Nothing to compare with; read as {en}: it lies outside China, where no datum is shifted.",
        )
    hint = reading.datum in {Datum.WGS84, Datum.CGCS2000} and reading.in_degrees
    return (
        f"没有可对照的数据，无法判断坐标系；暂按 {zh} 读取" + ("，也可能是 GCJ-02 或 BD-09。" if hint else "。"),
        f"Nothing to compare with, so the datum cannot be known; read as {en}"
        + (", but it may be GCJ-02 or BD-09." if hint else "."),
    )


def elsewhere() -> tuple[str, str]:
    """No reading brings it near."""
    return (
        "无论按哪种坐标系读取，这个文件都不在现有数据附近；请检查文件是否选对。",
        "Under no reading does this file lie near what is there: is it the right file?",
    )


def no_place() -> tuple[str, str]:
    """There are no coordinates."""
    return "这个文件没有可用的坐标。", "This file has no usable coordinates."
