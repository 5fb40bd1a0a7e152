"""Compile the few loops that go over all issues, and keep them on disk: nobody's map waits for a compiler twice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numba

if TYPE_CHECKING:
    from collections.abc import Callable


def compiled(function: Callable[..., Any]) -> Any:
    """``numba.njit`` with a disk cache."""
    return numba.njit(cache=True)(function)
