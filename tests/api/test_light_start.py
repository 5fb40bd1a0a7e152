"""Starting the service, or asking how it is, loads nothing that only an import, a drawing or a report needs.

What a room needs for its own work it imports inside the function that does the work, or leaves to the worker.
"""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from api.settings import ROOT

HEAVY = {
    "alembic", "branca", "dask", "esda", "folium", "geopandas", "h3", "highspy", "libpysal", "lxml", "matplotlib",
    "networkx", "numba", "openpyxl", "osmium", "pandas", "PIL", "pyarrow", "pyogrio", "pyproj", "python_calamine",
    "reportlab", "scipy", "shapefile", "sklearn", "xlsxwriter",
}  # fmt: skip
SERVICE_ONLY = {"fastapi", "geoalchemy2", "numpy", "shapely", "sqlalchemy", "uvicorn"}
STORE_ONLY = {"psycopg", "procrastinate"}
LIGHT = {
    "api.serve": HEAVY,
    "api.commands.up": HEAVY | SERVICE_ONLY,
    "api.commands.down": HEAVY | SERVICE_ONLY | STORE_ONLY,
    "api.commands.status": HEAVY | SERVICE_ONLY | STORE_ONLY,
    "api.commands.logs": HEAVY | SERVICE_ONLY | STORE_ONLY,
}


def loaded(*modules: str) -> set[str]:
    """Every module that a fresh interpreter holds once it has imported these."""
    asked = f"import sys, {', '.join(modules)}; print(*sys.modules)"
    said = subprocess.run(
        [sys.executable, "-c", asked],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    return set(said.stdout.split())


@pytest.mark.parametrize("module", list(LIGHT))
def test_nothing_heavy_is_loaded_before_it_is_needed(module: str) -> None:
    assert loaded(module) & LIGHT[module] == set()


def test_a_heavy_import_would_be_seen() -> None:
    """The control: the same question finds what is there."""
    assert loaded("api.serve", "openpyxl") & HEAVY >= {"openpyxl"}
