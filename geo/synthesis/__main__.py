"""``python -m geo.synthesis --out DIR --size sample|district|city``: make places and write them to a folder."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from geo.synthesis import sample, write_sample
from geo.synthesis.city import communities
from geo.synthesis.cityplan import CITY, DISTRICT, city_plan
from geo.synthesis.files import write_parts


class Size(StrEnum):
    """How much to make."""

    SAMPLE = "sample"
    DISTRICT = "district"
    CITY = "city"


COMMUNITIES = {Size.DISTRICT: DISTRICT, Size.CITY: CITY}


def main(
    out: Annotated[Path, typer.Option(help="输出目录 · Folder for the layers, one GeoJSON file each.")],
    size: Annotated[Size, typer.Option(help="规模 · How much to make.")] = Size.SAMPLE,
    seed: Annotated[int, typer.Option(help="随机种子 · The same seed makes the same places.")] = 1,
) -> None:
    """生成示例数据 · Make the sample subdistrict, a district or a city of Chengdu's size."""
    if size is Size.SAMPLE:
        write_sample(sample(seed), out)
        return
    plan = city_plan(COMMUNITIES[size], seed)
    columns = (
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.description}"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task("", total=len(plan.communities))
        buildings = 0

        def heard(more: int) -> None:
            nonlocal buildings
            buildings += more
            bar.update(task, advance=1, description=f"{buildings:,} 栋楼 · buildings")

        write_parts(communities(plan, seed, progress=heard), out)


if __name__ == "__main__":
    typer.run(main)
