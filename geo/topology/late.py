"""Graphs and nearest points by scipy, loaded when first asked for: a service that only shows maps never does."""

from __future__ import annotations

from typing import Any


def coo_array(*arguments: Any, **options: Any) -> Any:
    """``scipy.sparse.coo_array``."""
    from scipy.sparse import coo_array as made  # noqa: PLC0415  # see above

    return made(*arguments, **options)


def connected_components(*arguments: Any, **options: Any) -> Any:
    """``scipy.sparse.csgraph.connected_components``."""
    from scipy.sparse.csgraph import connected_components as found  # noqa: PLC0415  # see above

    return found(*arguments, **options)


def nearest(points: Any) -> Any:
    """``scipy.spatial.cKDTree``."""
    from scipy.spatial import cKDTree  # noqa: PLC0415  # see above

    return cKDTree(points)


def triangles(points: Any) -> Any:
    """``scipy.spatial.Delaunay``."""
    from scipy.spatial import Delaunay  # noqa: PLC0415  # see above

    return Delaunay(points)
