"""The store is not asked to mend or widen a shape that somebody drew: one scribble took 20 GB and the whole cluster."""

from __future__ import annotations

import re

from api.settings import ROOT

HEAVY = re.compile(r"\bST_(MakeValid|Buffer|Union|Voronoi\w*|DelaunayTriangles|ConcaveHull)\b", re.IGNORECASE)


def test_no_heavy_function_is_asked_of_the_store() -> None:
    """Seen to fail with ``ST_MakeValid`` written into ``api/places/service.py``."""
    assert HEAVY.search("SELECT ST_MakeValid(geometry)")
    found = {
        (path.relative_to(ROOT).as_posix(), name[0])
        for path in (ROOT / "api").rglob("*.py")
        for name in HEAVY.finditer(path.read_text(encoding="utf-8"))
    }
    assert found == set()
