"""Puts the service together: one store, the capabilities' routes, the built pages."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog
from fastapi import FastAPI
from fastapi.telemetry import TelemetryConfig

from api import health, pages, problems, switchboard
from api.access import admission, guard
from api.access.headers import SecurityHeaders
from api.access.known import Known
from api.access.limits import Allowance, BodyLimit, RateLimit
from api.access.oidc_routes import router as oidc
from api.access.passwords import Kiln
from api.access.people_routes import router as people
from api.access.routes import router as account
from api.access.turns import Lines, Turns
from api.database import create_engine
from api.exports.routes import router as exports
from api.frontier.routes import router as frontier
from api.heat.door import HeatDoor
from api.heat.routes import router as heat
from api.heat.watch import Watch
from api.imports.routes import router as imports
from api.issues.public_routes import router as residents
from api.issues.routes import router as issues
from api.issues.rule_routes import router as casework
from api.lease import lending
from api.maps import basemap
from api.maps.door import TileDoor
from api.maps.routes import router as maps
from api.maps.service import open_store
from api.office.routes import router as office
from api.open311.routes import in_georeport
from api.open311.routes import router as open311
from api.patrols.routes import router as patrols
from api.places.routes import router as places
from api.plans import doors as plans
from api.rules.routes import router as rules
from api.settings import Settings
from api.trouble import REFUSED, Trouble

log = structlog.get_logger(__name__)

# FastAPI would send traces wherever the environment says, and asks about it in every request; nothing leaves from here.
SILENT: TelemetryConfig = {"tracing": False, "metrics": False, "logs": False, "auto_configure": False}


ROUTERS = (
    *(health.router, account, oidc, people, places, *plans.ROUTERS, frontier, rules, residents, issues, casework),
    *(open311, patrols, maps, heat, office, exports, imports, basemap.router),
)


def create_app(settings: Settings) -> FastAPI:
    """The service as an ASGI application; connects to its store when it starts, and lets go when it stops."""
    app = FastAPI(
        title="民情地图",
        version="0.1.0",
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
        lifespan=connected,
        telemetry=SILENT,
    )
    app.state.settings = settings
    app.state.admission = admission.admitted
    app.state.known = Known()
    app.state.kiln = Kiln()
    plans.furnish(app)
    problems.install(app)
    app.state.dialects = {"/open311/": in_georeport}
    switchboard.connect(app, ROUTERS, problems.RESPONSES)
    pages.install(app, settings.web_dist)
    fence(app, settings)
    return app


@asynccontextmanager
async def connected(app: FastAPI) -> AsyncIterator[None]:
    """The store within reach, as long as the service runs.

    Raises:
        ValueError: nobody said where the store is.
        Trouble: its rows are not guarded.
    """
    settings: Settings = app.state.settings
    if settings.app_database_url is None:
        raise ValueError("Settings.app_database_url must say where the store is.")
    app.state.engine = create_engine(settings.app_database_url, pool_size=settings.pool_size)
    app.state.lending = lending(app.state.engine)
    app.state.tiles = open_store(
        settings.app_database_url, connections=settings.tile_connections, shelf_bytes=settings.tile_memory_mb << 20
    )
    app.state.heat = Watch()
    try:
        await guard.refuse_unguarded(app.state.engine)
        yield
    except Trouble as trouble:
        log.critical(REFUSED, zh=trouble.zh, en=trouble.en)
        raise
    finally:
        await app.state.tiles.connections.close()
        await app.state.engine.dispose()


def fence(app: FastAPI, settings: Settings) -> None:
    """What every request passes on its way in, the innermost first; a plain tile's way ends at the outermost."""
    lines, allowance = Lines(), Allowance(settings.requests_per_s)
    app.add_middleware(BodyLimit)
    app.add_middleware(HeatDoor)
    app.add_middleware(Turns, lines=lines)
    app.add_middleware(RateLimit, allowance=allowance)
    app.add_middleware(SecurityHeaders, basemaps=basemap.origins_of(settings))
    app.add_middleware(TileDoor, lines=lines, allowance=allowance)
