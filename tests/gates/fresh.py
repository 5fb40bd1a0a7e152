"""Are the client's generated types what the service of today would generate? Nothing in the tree is touched."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

from api.openapi import TARGET, render
from api.settings import ROOT

TYPES = ROOT / "web" / "src" / "api" / "schema.d.ts"
MEND = "run: .minqing/venv/bin/python -m api.openapi && (cd web && npm run api:types)"


def stale() -> str | None:
    """What is out of date, or None."""
    if not TARGET.exists() or TARGET.read_text(encoding="utf-8") != render():
        return f"{TARGET.relative_to(ROOT)} is not what the service says of itself; {MEND}"
    with tempfile.TemporaryDirectory() as folder:
        fresh = Path(folder) / "schema.d.ts"
        subprocess.run(
            ["npx", "--no-install", "openapi-typescript", str(TARGET), "-o", str(fresh)],
            cwd=ROOT / "web",
            check=True,
            capture_output=True,
        )
        if not TYPES.exists() or TYPES.read_text(encoding="utf-8") != fresh.read_text(encoding="utf-8"):
            return f"{TYPES.relative_to(ROOT)} is not generated from {TARGET.relative_to(ROOT)}; {MEND}"
    return None


if __name__ == "__main__":
    raise SystemExit(stale())
