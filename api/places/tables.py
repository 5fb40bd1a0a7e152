"""The hierarchy as tables; their shape and triggers are made by the migrations, these classes read and write them."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from geoalchemy2 import Geometry, WKBElement
from sqlalchemy import Computed, ForeignKey, ForeignKeyConstraint, Text, text
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from api.database import Row

SRID = 4326


def _geometry(kind: str) -> Geometry:
    return Geometry(kind, srid=SRID, spatial_index=False)


class _Keyed:
    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=text("uuid7()"))


class _Named(_Keyed):
    code: Mapped[str | None] = mapped_column(Text, unique=True)
    name: Mapped[str] = mapped_column(Text)
    name_en: Mapped[str] = mapped_column(Text, server_default="")


class _Searched(_Named):
    @declared_attr
    def words(cls) -> Mapped[str | None]:  # noqa: N805 - SQLAlchemy hands the class
        return mapped_column(Text, Computed("", persisted=True), deferred=True)


class _Counted:
    households: Mapped[int] = mapped_column(server_default="0")
    units: Mapped[int] = mapped_column(server_default="0")


class _CountsBuildings(_Counted):
    buildings: Mapped[int] = mapped_column(server_default="0")


class _CountsCompounds(_CountsBuildings):
    compounds: Mapped[int] = mapped_column(server_default="0")


class _CountsCommunities(_CountsCompounds):
    communities: Mapped[int] = mapped_column(server_default="0")


class _Areal:
    geometry: Mapped[WKBElement] = mapped_column(_geometry("MULTIPOLYGON"))


class DistrictRow(_Searched, _CountsCommunities, _Areal, Row):
    """A district or county (区、县)."""

    __tablename__ = "district"

    subdistricts: Mapped[int] = mapped_column(server_default="0")


class SubdistrictRow(_Searched, _CountsCommunities, _Areal, Row):
    """A subdistrict or township (街道、镇、乡)."""

    __tablename__ = "subdistrict"

    district_id: Mapped[UUID] = mapped_column(ForeignKey("district.id"))


class CommunityRow(_Searched, _CountsCompounds, _Areal, Row):
    """A community or village (社区、村)."""

    __tablename__ = "community"

    subdistrict_id: Mapped[UUID] = mapped_column(ForeignKey("subdistrict.id"))
    kind: Mapped[str] = mapped_column(Text, server_default="urban")


class CompoundRow(_Searched, _CountsBuildings, _Areal, Row):
    """A compound (小区、院落)."""

    __tablename__ = "compound"

    community_id: Mapped[UUID] = mapped_column(ForeignKey("community.id"))
    kind: Mapped[str] = mapped_column(Text, server_default="")
    address: Mapped[str] = mapped_column(Text, server_default="")


class BuildingRow(_Searched, _Counted, Row):
    """A building (楼栋): a footprint, or a point where none is known."""

    __tablename__ = "building"
    __table_args__ = (ForeignKeyConstraint(["compound_id", "community_id"], ["compound.id", "compound.community_id"]),)

    compound_id: Mapped[UUID]
    community_id: Mapped[UUID]
    address: Mapped[str] = mapped_column(Text, server_default="")
    use: Mapped[str] = mapped_column(Text, server_default="residential")
    floors: Mapped[int]
    built: Mapped[int | None]
    gone_on: Mapped[date | None]
    """The day from which a published plan says that it no longer stands."""
    geometry: Mapped[WKBElement] = mapped_column(_geometry("GEOMETRY"))


class UnitRow(_Named, Row):
    """A stairwell (单元); its households are those of its floors where these are known, else those declared."""

    __tablename__ = "unit"
    __table_args__ = (ForeignKeyConstraint(["building_id", "community_id"], ["building.id", "building.community_id"]),)

    building_id: Mapped[UUID]
    community_id: Mapped[UUID]
    floor_lo: Mapped[int]
    floor_hi: Mapped[int]
    estimated: Mapped[bool] = mapped_column(server_default="false")
    gone_on: Mapped[date | None]
    households_declared: Mapped[int] = mapped_column(server_default="0")
    households_counted: Mapped[int] = mapped_column(server_default="0")
    floors_counted: Mapped[int] = mapped_column(server_default="0")
    households: Mapped[int] = mapped_column(Computed("", persisted=True))
    geometry: Mapped[WKBElement] = mapped_column(_geometry("GEOMETRY"))


class FloorRow(_Keyed, Row):
    """One floor of a unit (楼层)."""

    __tablename__ = "floor"
    __table_args__ = (ForeignKeyConstraint(["unit_id", "community_id"], ["unit.id", "unit.community_id"]),)

    unit_id: Mapped[UUID]
    community_id: Mapped[UUID]
    number: Mapped[int]
    households_declared: Mapped[int] = mapped_column(server_default="0")
    households_counted: Mapped[int] = mapped_column(server_default="0")
    households: Mapped[int] = mapped_column(Computed("", persisted=True))


class HouseholdRow(_Keyed, Row):
    """One door (户)."""

    __tablename__ = "household"
    __table_args__ = (ForeignKeyConstraint(["floor_id", "community_id"], ["floor.id", "floor.community_id"]),)

    floor_id: Mapped[UUID]
    community_id: Mapped[UUID]
    door: Mapped[str] = mapped_column(Text)


class BarrierRow(_Keyed, Row):
    """A road, river, railway or wall that parts neighbours."""

    __tablename__ = "barrier"

    kind: Mapped[str] = mapped_column(Text)
    road_class: Mapped[str | None] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text, server_default="")
    name_en: Mapped[str] = mapped_column(Text, server_default="")
    geometry: Mapped[WKBElement] = mapped_column(_geometry("LINESTRING"))


class AreaRow(_Keyed, _Areal, Row):
    """Water, park, square, field: drawn, but nobody lives there."""

    __tablename__ = "area"

    kind: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text, server_default="")
    name_en: Mapped[str] = mapped_column(Text, server_default="")
