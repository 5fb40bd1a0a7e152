"""Compile the few hot loops once and keep them on disk, so that nobody waits for a compiler twice."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar, cast

import numba

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

F = TypeVar("F", bound="Callable[..., Any]")


def compiled(function: F) -> F:
    """``numba.njit`` with a disk cache, keeping the signature for the type checker."""
    return cast("F", numba.njit(cache=True, error_model="numpy")(function))
