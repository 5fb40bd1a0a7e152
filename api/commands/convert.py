"""``./minqing convert IN OUT --from D --to D``: a file of any of our formats into another, in any datum."""

from __future__ import annotations

import enum
from pathlib import Path  # Typer reads the annotations when the command is called
from typing import TYPE_CHECKING, Annotated

import numpy as np
import shapely
import typer

from api.commands.speech import say
from api.trouble import terminal_language
from geo.crs.datum import Datum
from geo.crs.detection import Verdict, detect
from geo.errors import GeoError, InvalidInputError, UnreadableFileError
from geo.exchange.carry import carried, declared_reading, said_to_be
from geo.exchange.sandbox import read_file
from geo.exchange.writers import write

if TYPE_CHECKING:
    from geo.crs.reading import Reading
    from geo.exchange.layer import Layer

WITH_FAULTS, REFUSED = 1, 2


class Source(enum.StrEnum):
    """What ``--from`` admits."""

    AUTO = "auto"
    WGS84 = "wgs84"
    CGCS2000 = "cgcs2000"
    GCJ02 = "gcj02"
    BD09 = "bd09"
    WEB_MERCATOR = "web_mercator"


def command(
    given: Annotated[Path, typer.Argument(metavar="IN", exists=True, dir_okay=False, help="源文件 / file to read")],
    wanted: Annotated[Path, typer.Argument(metavar="OUT", dir_okay=False, help="目标文件 / file to write")],
    *,
    source: Annotated[
        Source, typer.Option("--from", case_sensitive=False, help="源坐标系 / datum of IN")
    ] = Source.AUTO,
    target: Annotated[
        Datum, typer.Option("--to", case_sensitive=False, help="目标坐标系 / datum of OUT")
    ] = Datum.WGS84,
    layer: Annotated[str | None, typer.Option(help="只转换一个图层 / one layer only")] = None,
    gbk: Annotated[bool, typer.Option("--gbk", help="以 GBK 写出 / write text as GBK")] = False,
) -> None:
    """Convert a file. Leaves with 0, with 1 when rows had no usable place, with 2 when it was refused."""
    try:
        layers = _chosen(read_file(given).layers, layer)
        out = [carried(each, _reading(each, source), target) for each in layers]
        write(out, wanted, text="gbk" if gbk else "")
    except UnreadableFileError as error:
        _refuse(error.refusal.zh if terminal_language() == "zh" else error.refusal.en)
    except (GeoError, OSError) as error:
        _refuse(str(error))
    rows, lost = sum(len(each) for each in out), sum(_without_place(each) for each in out)
    say(f"已写出 {wanted}：{rows} 行，{target.zh}。", f"Wrote {wanted}: {rows} rows, {target.en}.")
    if lost:
        say(
            f"其中 {lost} 行没有可用的坐标，已原样保留。",
            f"{lost} of them have no usable coordinates and were kept as they are.",
        )
        raise typer.Exit(WITH_FAULTS)


def _chosen(layers: tuple[Layer, ...], name: str | None) -> tuple[Layer, ...]:
    if name is None:
        return layers
    found = tuple(each for each in layers if each.name == name)
    if not found:
        raise InvalidInputError(f"--layer {name}: there are {', '.join(each.name for each in layers)}.")
    return found


def _reading(layer: Layer, source: Source) -> Reading:
    """As the user says; else as the file declares, unless its numbers cannot mean that, which is said aloud."""
    if source is not Source.AUTO:
        return said_to_be(layer, Datum(source.value))
    found = detect(layer.geometry, declared=declared_reading(layer))
    if found.verdict is Verdict.OTHER_READING:
        say(f"{layer.name}：{found.zh}", f"{layer.name}: {found.en}")
    return found.reading


def _without_place(layer: Layer) -> int:
    return int(np.count_nonzero(shapely.is_missing(layer.geometry) | shapely.is_empty(layer.geometry)))


def _refuse(sentence: str) -> None:
    typer.echo(f"✗ {sentence}", err=True)
    raise typer.Exit(REFUSED)
