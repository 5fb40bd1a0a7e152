"""The household rule by place and date, and the exemptions from it; see migration 0080."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Computed, DateTime, ForeignKey, ForeignKeyConstraint, Text, text
from sqlalchemy.dialects.postgresql import DATERANGE, Range
from sqlalchemy.orm import Mapped, mapped_column

from api.database import Row
from api.places.tables import CommunityRow, DistrictRow, SubdistrictRow


class HouseholdRuleRow(Row):
    """Households of a grid and of a community, at one place (none: everywhere), from one day to another."""

    __tablename__ = "household_rule"

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=text("uuid7()"))
    district_id: Mapped[UUID | None] = mapped_column(ForeignKey(DistrictRow.id))
    subdistrict_id: Mapped[UUID | None] = mapped_column(ForeignKey(SubdistrictRow.id))
    community_id: Mapped[UUID | None] = mapped_column(ForeignKey(CommunityRow.id))
    place_id: Mapped[UUID | None] = mapped_column(Computed("coalesce(community_id, subdistrict_id, district_id)"))
    least: Mapped[int]
    most: Mapped[int]
    target: Mapped[int]
    community_most: Mapped[int] = mapped_column(server_default="3000")
    effective: Mapped[Range[date]] = mapped_column(DATERANGE)
    source: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=text("now()"))


class ExemptionRow(Row):
    """Households that are let pass in a community or one of its compounds, by whom, why and until when."""

    __tablename__ = "exemption"
    __table_args__ = (ForeignKeyConstraint(["compound_id", "community_id"], ["compound.id", "compound.community_id"]),)

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=text("uuid7()"))
    community_id: Mapped[UUID] = mapped_column(ForeignKey(CommunityRow.id))
    compound_id: Mapped[UUID | None]
    kind: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    least: Mapped[int]
    most: Mapped[int]
    reason: Mapped[str] = mapped_column(Text)
    granted_by: Mapped[str] = mapped_column(Text)
    effective: Mapped[Range[date]] = mapped_column(DATERANGE)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=text("now()"))
