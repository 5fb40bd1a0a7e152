"""Why a file is not read: what is wrong, where, and what to do, in both languages."""

from __future__ import annotations

from geo.errors import Refusal, UnreadableFileError


def refuse(code: str, zh: str, en: str) -> UnreadableFileError:
    """An error with its sentence, to be raised."""
    return UnreadableFileError(Refusal(code, zh, en))


def too_large(what_zh: str, what_en: str, found: float, most: float) -> UnreadableFileError:
    """One of the caps."""
    return refuse(
        "too-large",
        f"{what_zh}为 {found:,.0f}，超过上限 {most:,.0f}；请拆分或简化后再导入。",
        f"{what_en}: {found:,.0f}, more than the {most:,.0f} allowed; split or simplify the file.",
    )


def unknown(name: str) -> UnreadableFileError:
    """Nothing that we read."""
    return refuse(
        "unknown-format",
        f"{name} 不是可识别的格式；可导入 GeoPackage、Shapefile（zip）、GeoJSON、KML/KMZ、GPX、CSV、Excel、"
        "OSM .pbf 和 GeoParquet。",
        f"{name} is in no format we read: GeoPackage, zipped Shapefile, GeoJSON, KML/KMZ, GPX, CSV, Excel, "
        "OSM .pbf and GeoParquet are.",
    )


def forbidden(name: str, what: str) -> UnreadableFileError:
    """A format that fetches other files or addresses."""
    return refuse(
        "forbidden-format",
        f"{name} 的内容是 {what}：这种格式会引用其他文件或网址，不予读取；请导出为 GeoPackage 或 GeoJSON。",
        f"{name} is {what} inside: it refers to other files or addresses and is not read; "
        "export it as GeoPackage or GeoJSON.",
    )


def broken(name: str, format_name: str, where: str = "") -> UnreadableFileError:
    """Damaged or cut short."""
    at = f"（{where}）" if where else ""
    at_en = f" ({where})" if where else ""
    return refuse(
        "broken",
        f"{name} 看起来是 {format_name}，但已损坏或不完整{at}；请重新导出或重新下载。",
        f"{name} looks like {format_name} but is damaged or cut short{at_en}; export or download it again.",
    )


def empty(name: str) -> UnreadableFileError:
    """Nothing in it."""
    return refuse("empty", f"{name} 里没有任何数据行。", f"{name} has no rows.")


def locked(name: str) -> UnreadableFileError:
    """Behind a password."""
    return refuse(
        "locked",
        f"{name} 有密码保护；请先在 Excel 或压缩软件中去掉密码再导入。",
        f"{name} is protected by a password; remove it first, then import again.",
    )


def unsafe_member(name: str, member: str) -> UnreadableFileError:
    """An archive that wants to write elsewhere."""
    return refuse(
        "unsafe-archive",
        f"{name} 中的 “{member}” 指向压缩包之外的位置，不予解压。",
        f"“{member}” in {name} points outside the archive; nothing was unpacked.",
    )


def bomb(name: str, member: str) -> UnreadableFileError:
    """An archive that unpacks to far more than it is."""
    return refuse(
        "archive-bomb",
        f"{name} 中的 “{member}” 解压后异常庞大，不予解压。",
        f"“{member}” in {name} unpacks to an absurd size; nothing was unpacked.",
    )


def missing_part(name: str, part: str) -> UnreadableFileError:
    """A shapefile without one of its files."""
    return refuse(
        "missing-part",
        f"{name} 缺少 {part}：Shapefile 至少需要同名的 .shp、.shx、.dbf 三个文件，请一起压缩成 zip。",
        f"{name} lacks {part}: a Shapefile needs .shp, .shx and .dbf of the same name; zip them together.",
    )


def entities(name: str) -> UnreadableFileError:
    """XML with a document type."""
    return refuse(
        "xml-entities",
        f"{name} 含有 DOCTYPE 或实体定义，可能用于攻击，不予读取；正常的 KML、GPX 不含这些内容。",
        f"{name} has a DOCTYPE or entities, which no honest KML or GPX has; it is not read.",
    )


def out_of_means(name: str, what_zh: str, what_en: str) -> UnreadableFileError:
    """The reading process hit a limit."""
    return refuse(
        "out-of-means",
        f"读取 {name} 超出了{what_zh}限制，已停止；请拆分或简化后再导入。",
        f"Reading {name} went over its {what_en} and was stopped; split or simplify the file.",
    )


def gave_up(name: str) -> UnreadableFileError:
    """The reading process died without a word."""
    return refuse(
        "gave-up",
        f"{name} 的内容使读取程序中止，文件可能已损坏；服务不受影响。请重新导出后再试。",
        f"The contents of {name} stopped the reading program; the file is probably damaged. "
        "Nothing else was touched; export it again.",
    )
