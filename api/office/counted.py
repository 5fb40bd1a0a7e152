"""Which issues the office's numbers are about, as conditions on rows and as a list's address says the same."""

from __future__ import annotations

from api.issues.matter import Status

NOT_ISSUES = "i.status NOT IN ('merged', 'split', 'void')"
ISSUES = "".join(f"&status={one}" for one in Status if one not in {Status.MERGED, Status.SPLIT, Status.VOID})
"""The same as ``NOT_ISSUES`` in a list's address."""
PLACED = (
    "(CAST(:place AS uuid) IS NULL OR :place IN (i.community_id, i.compound_id, i.subdistrict_id, i.micro_grid_id))"
)
