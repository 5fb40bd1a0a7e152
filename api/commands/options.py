"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

DataDirOption = Annotated[Path | None, typer.Option("--data-dir", help="数据目录 / where the data live")]
