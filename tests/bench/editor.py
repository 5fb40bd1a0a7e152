"""How soon an edit is done in the browser's core, at 3,600 units in one plan: all verbs, undo and redo, under Node.

"Shown" is the edit with the polygons, walks and totals of every grid it touched: what the page hands to the map.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from typing import TYPE_CHECKING

from api.settings import ROOT
from tests.bench.report import Figure

if TYPE_CHECKING:
    from tests.bench.report import Report

WEB = ROOT / "web"
EDIT_MS = 2
FRAME_MS = 16


def bench(report: Report, *, quick: bool) -> None:
    """Build the timing script beside the pages' own code and run it."""
    npx, node = shutil.which("npx"), shutil.which("node")
    assert npx, "npx is needed; ./minqing bench brings it"
    assert node, "node is needed; ./minqing bench brings it"
    with tempfile.TemporaryDirectory() as folder:
        build = [npx, "vite", "build", "--ssr", "test/plan/speed.ts", "--outDir", folder, "--logLevel", "error"]
        subprocess.run(build, cwd=WEB, check=True)
        run = [node, f"{folder}/speed.js", "2000" if quick else "10000"]
        told = json.loads(subprocess.run(run, check=True, capture_output=True, text=True).stdout)
    beside = f"{told['edits']} edits of all verbs, {told['units']} units, {told['taken']} taken"
    edit, shown = told["edit_p95_ms"], told["shown_p95_ms"]
    report.add(Figure("edit in the core, p95", edit, "ms", beside, f"≤ {EDIT_MS} ms", edit <= EDIT_MS))
    report.add(Figure("edit, polygons and figures, p95", shown, "ms", beside, f"≤ {FRAME_MS} ms", shown <= FRAME_MS))
