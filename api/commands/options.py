"""Options that several commands share, and the settings they make together with the environment."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from api.settings import Settings

DataDirOption = Annotated[Path | None, typer.Option("--data-dir", help="数据目录 / where the data live")]
PortOption = Annotated[int | None, typer.Option("--port", min=1, max=65535, help="端口 / port, 8000")]


def chosen(**given: Any) -> Settings:
    """The environment's settings with those of the command line that were given (None is: not given)."""
    settings = Settings(**{name: value for name, value in given.items() if value is not None})
    return settings.model_copy(update={"data_dir": settings.data_dir.absolute()})
