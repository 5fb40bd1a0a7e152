"""What may be asked of an export."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from geo.crs.datum import Datum


class Exported(StrEnum):
    """What may be asked for."""

    DISTRICT = "district"
    SUBDISTRICT = "subdistrict"
    COMMUNITY = "community"
    COMPOUND = "compound"
    BUILDING = "building"
    UNIT = "unit"
    HOUSEHOLD = "household"
    BARRIER = "barrier"
    AREA = "area"
    GRID = "grid"
    MEMBER = "member"
    ISSUE = "issue"
    PLAN = "plan"


Format = Literal["gpkg", "zip", "geojson", "xlsx", "kml", "kmz", "csv", "parquet", "html", "pdf"]


class ExportAsked(BaseModel):
    """How the file is wanted. ``zip`` is a Shapefile, ``html`` a map without a network, ``pdf`` a booklet."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Format = "gpkg"
    datum: Datum = Datum.WGS84
    text: Literal["utf-8", "gbk"] = "utf-8"
    plan: Annotated[str, StringConstraints(max_length=200)] = Field(
        default="", description="Key; the one in force if empty."
    )
    within: Annotated[str, StringConstraints(pattern=r"^[0-9]{0,12}$")] = Field(
        default="", description="Code of a place."
    )
    lang: Literal["zh", "en"] = "zh"
