"""Every way in to plans: the routers that the service takes up, and what they keep in the process."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.plans.edit_routes import router as redraw
from api.plans.history_routes import router as history
from api.plans.live import Hub
from api.plans.review_routes import router as review
from api.plans.routes import router as plans
from api.plans.shelf import Shelf

if TYPE_CHECKING:
    from fastapi import FastAPI

ROUTERS = (plans, redraw, review, history)


def furnish(app: FastAPI) -> None:
    """Give an application what the routes of plans keep between requests."""
    app.state.sheets = Shelf()
    app.state.pens = {}
    app.state.followers = Hub()
