"""What routes of plans take besides the session: the sheets that this process keeps."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request

from api.plans.shelf import Shelf


def shelf_of(request: Request) -> Shelf:
    """The sheets that this process keeps."""
    shelf: Shelf = request.app.state.sheets
    return shelf


Sheets = Annotated[Shelf, Depends(shelf_of)]
