"""What routes of plans take besides the session: the sheets that this process keeps, and who follows which plan."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request

from api.plans.live import Hub
from api.plans.shelf import Shelf


def shelf_of(request: Request) -> Shelf:
    """The sheets that this process keeps."""
    shelf: Shelf = request.app.state.sheets
    return shelf


def hub_of(request: Request) -> Hub:
    """Who in this process follows which plan."""
    hub: Hub = request.app.state.followers
    return hub


Sheets = Annotated[Shelf, Depends(shelf_of)]
Followers = Annotated[Hub, Depends(hub_of)]
