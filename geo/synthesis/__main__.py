"""``python -m geo.synthesis --out DIR``: make places and write them to a folder."""

from pathlib import Path
from typing import Annotated

import typer

from geo.synthesis import sample, write_sample


def main(out: Annotated[Path, typer.Option(help="Folder for the layers.")], seed: int = 1) -> None:
    """Write the sample subdistrict as one GeoJSON file a layer."""
    write_sample(sample(seed), out)


if __name__ == "__main__":
    typer.run(main)
