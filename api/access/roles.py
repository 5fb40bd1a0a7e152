"""The roles of a street office, as the service names them; what each may do stands in the table ``role``."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """What somebody is, at a place and for a time. A person may hold several."""

    RESIDENT = "resident"
    PROPERTY_FIRM = "property_firm"
    GRID_WORKER = "grid_worker"
    GRID_LEAD = "grid_lead"
    DEPARTMENT = "department"
    PLANNER = "planner"
    COMMUNITY = "community"
    STREET_OFFICE = "street_office"
    DISTRICT = "district"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


NAMES_ZH = {
    Role.RESIDENT: "居民",
    Role.PROPERTY_FIRM: "物业公司",
    Role.GRID_WORKER: "网格员",
    Role.GRID_LEAD: "网格长",
    Role.DEPARTMENT: "职能部门",
    Role.PLANNER: "规划员",
    Role.COMMUNITY: "社区",
    Role.STREET_OFFICE: "街道办",
    Role.DISTRICT: "区",
    Role.AUDITOR: "审计员",
    Role.ADMINISTRATOR: "管理员",
}

MANAGERS = frozenset({Role.COMMUNITY, Role.STREET_OFFICE, Role.DISTRICT, Role.ADMINISTRATOR})
"""Roles that keep rosters and accounts of their jurisdiction."""
