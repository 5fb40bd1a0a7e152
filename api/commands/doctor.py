"""``./minqing doctor``: say what is wrong and how to mend it."""

from __future__ import annotations

import typer

from api.commands.options import DataDirOption, PortOption, chosen
from api.commands.speech import say
from api.operations.checkup import Finding, check

MARKS = {True: "✓", False: "✗", None: "–"}


def command(
    data_directory: DataDirOption = None,
    port: PortOption = None,
) -> None:
    """Look at everything ``up`` needs; leave with 1 where something is in its way."""
    findings = list(check(chosen(data_dir=data_directory, port=port)))
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
