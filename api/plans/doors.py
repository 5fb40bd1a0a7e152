"""Every way in to plans: the routers that the service takes up."""

from __future__ import annotations

from api.plans.edit_routes import router as redraw
from api.plans.routes import router as plans

ROUTERS = (plans, redraw)
