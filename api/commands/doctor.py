"""``./minqing doctor``: say what is wrong and how to mend it."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from api.commands.options import DataDirOption
from api.commands.speech import say
from api.operations.checkup import Finding, check
from api.settings import Settings

MARKS = {True: "✓", False: "✗", None: "–"}


def command(
    data_directory: DataDirOption = None,
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="端口 / port, 8000")] = None,
) -> None:
    """Look at everything ``up`` needs; leave with 1 where something is in its way."""
    given: dict[str, Any] = {"port": port, "data_dir": data_directory}
    settings = Settings(**{name: value for name, value in given.items() if value is not None})
    findings = list(check(settings))
    for finding in findings:
        tell(finding)
    sick = [finding for finding in findings if finding.well is False]
    if sick:
        raise typer.Exit(1)
    say("一切正常。", "All is well.")


def tell(finding: Finding) -> None:
    """One line for the finding, one for its mending."""
    say(f"{MARKS[finding.well]} {finding.zh}", f"{MARKS[finding.well]} {finding.en}")
    if finding.well is not True:
        say(f"  → {finding.mend_zh}", f"  → {finding.mend_en}")
