"""Plans as tables: a plan, its micro-grids, and which floors of which unit each of them holds."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from geoalchemy2 import Geometry, WKBElement
from sqlalchemy import BigInteger, DateTime, ForeignKey, ForeignKeyConstraint, Text, text
from sqlalchemy.dialects.postgresql import DATERANGE, INT4RANGE, JSONB, Range
from sqlalchemy.orm import Mapped, mapped_column

from api.database import Row
from api.places.tables import CommunityRow, SubdistrictRow


class PlanRow(Row):
    """A division of a community (or of a whole subdistrict) into micro-grids, from draft to superseded."""

    __tablename__ = "plan"

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=text("uuid7()"))
    subdistrict_id: Mapped[UUID] = mapped_column(ForeignKey(SubdistrictRow.id))
    community_id: Mapped[UUID | None] = mapped_column(ForeignKey(CommunityRow.id))
    name: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text, server_default="draft")
    version: Mapped[int] = mapped_column(server_default="0")
    base_id: Mapped[UUID | None] = mapped_column(ForeignKey("plan.id"))
    least: Mapped[int] = mapped_column(server_default="30")
    most: Mapped[int] = mapped_column(server_default="100")
    target: Mapped[int] = mapped_column(server_default="70")
    effective: Mapped[Range[date] | None] = mapped_column(DATERANGE)
    events: Mapped[int] = mapped_column(BigInteger, server_default="0")
    in_force: Mapped[bool] = mapped_column(server_default="false")
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=text("now()"))


class MicroGridRow(Row):
    """A micro-grid (微网格) of one plan; its polygon is derived from its members' cells."""

    __tablename__ = "micro_grid"
    __table_args__ = (ForeignKeyConstraint(["compound_id", "community_id"], ["compound.id", "compound.community_id"]),)

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=text("uuid7()"))
    plan_id: Mapped[UUID] = mapped_column(ForeignKey("plan.id", ondelete="CASCADE"))
    community_id: Mapped[UUID] = mapped_column(ForeignKey(CommunityRow.id))
    compound_id: Mapped[UUID | None]
    code: Mapped[str | None] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    floor_lo: Mapped[int | None]
    floor_hi: Mapped[int | None]
    households: Mapped[int] = mapped_column(server_default="0")
    locked: Mapped[bool] = mapped_column(server_default="false")
    geometry: Mapped[WKBElement | None] = mapped_column(Geometry("MULTIPOLYGON", srid=4326, spatial_index=False))


class PlanMemberRow(Row):
    """Floors of one unit in one micro-grid; no floor of a unit can be in two grids of a plan."""

    __tablename__ = "plan_member"
    __table_args__ = (
        ForeignKeyConstraint(
            ["plan_id", "micro_grid_id", "community_id"],
            ["micro_grid.plan_id", "micro_grid.id", "micro_grid.community_id"],
            ondelete="CASCADE",
        ),
        ForeignKeyConstraint(["unit_id", "community_id"], ["unit.id", "unit.community_id"]),
    )

    plan_id: Mapped[UUID] = mapped_column(primary_key=True)
    unit_id: Mapped[UUID] = mapped_column(primary_key=True)
    floors: Mapped[Range[int]] = mapped_column(INT4RANGE, primary_key=True)
    community_id: Mapped[UUID]
    micro_grid_id: Mapped[UUID]


class PlanRunRow(Row):
    """One run of the machine over a plan: asked for, running, ended; see migration 0030."""

    __tablename__ = "plan_run"

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=text("uuid7()"))
    plan_id: Mapped[UUID] = mapped_column(ForeignKey("plan.id", ondelete="CASCADE"))
    state: Mapped[str] = mapped_column(Text, server_default="waiting")
    seed: Mapped[int] = mapped_column(server_default="1")
    prove: Mapped[bool] = mapped_column(server_default="true")
    weights: Mapped[dict[str, float] | None] = mapped_column(JSONB(none_as_null=True))
    cancel_asked: Mapped[bool] = mapped_column(server_default="false")
    trouble: Mapped[str] = mapped_column(Text, server_default="")
    asked_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=text("now()"))
    started_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class PlanRunStepRow(Row):
    """What came of one compound in a run."""

    __tablename__ = "plan_run_step"

    run_id: Mapped[UUID] = mapped_column(ForeignKey("plan_run.id", ondelete="CASCADE"), primary_key=True)
    compound_id: Mapped[UUID] = mapped_column(primary_key=True)
    community_id: Mapped[UUID]
    state: Mapped[str] = mapped_column(Text, server_default="waiting")
    status: Mapped[str] = mapped_column(Text, server_default="")
    households: Mapped[int] = mapped_column(server_default="0")
    grids: Mapped[int] = mapped_column(server_default="0")
    objective: Mapped[float | None]
    bound: Mapped[float | None]
    reason_zh: Mapped[str] = mapped_column(Text, server_default="")
    reason_en: Mapped[str] = mapped_column(Text, server_default="")
    seconds: Mapped[float | None]
