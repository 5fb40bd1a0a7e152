"""The public list between two moments, with when a case last moved and is due; descriptions as long as GeoReport's.

Revision ID: 0056
Revises: 0055

A program that asks for last winter got nothing where a thousand newer cases stood before it: the span belongs into the
question. GeoReport v2 allows 4,000 characters of description.
"""

from __future__ import annotations

from alembic import op

revision = "0056"
down_revision = "0055"
branch_labels = None
depends_on = None

FIXED = "SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp"
BEFORE = "public_issues(text[], text[], timestamptz, double precision[], timestamptz, text, integer)"
AFTER = "public_issues(text[], text[], timestamptz, timestamptz, double precision[], timestamptz, text, integer)"
SEEN = "'reported', 'verified', 'rejected', 'void', 'merged', 'split'"


def _list(until: str, more: str, columns: str, condition: str) -> str:
    return f"""
CREATE FUNCTION public_issues(categories text[], statuses text[], since timestamptz, {until} box double precision[],
    after_at timestamptz, after_code text, most integer)
  RETURNS TABLE (code text, category text, status text, reported_at timestamptz, closed_at timestamptz, community text,
    lon double precision, lat double precision, me_too integer, body text {more}) LANGUAGE plpgsql STABLE {FIXED} AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY SELECT i.code, i.category, i.status, i.reported_at, i.closed_at, m.name,
      ST_X(ST_SnapToGrid(i.geometry, 0.001)), ST_Y(ST_SnapToGrid(i.geometry, 0.001)), i.me_too, b.name {columns}
    FROM issue i JOIN issue_category c ON c.code = i.category AND c.public JOIN community m ON m.id = i.community_id
    LEFT JOIN body b ON b.id = i.body_id
   WHERE i.status NOT IN ({SEEN})
     AND (categories IS NULL OR i.category = ANY(categories) OR i.top = ANY(categories))
     AND (statuses IS NULL OR i.status = ANY(statuses)) AND (since IS NULL OR i.reported_at >= since) {condition}
     AND (box IS NULL OR i.geometry && ST_MakeEnvelope(box[1], box[2], box[3], box[4], 4326))
     AND (after_at IS NULL OR (date_trunc('day', i.reported_at AT TIME ZONE 'Asia/Shanghai'), i.code)
            < (date_trunc('day', after_at AT TIME ZONE 'Asia/Shanghai'), after_code))
   ORDER BY date_trunc('day', i.reported_at AT TIME ZONE 'Asia/Shanghai') DESC, i.code DESC LIMIT least(most, 1000);
END $$
"""


def _open(function: str) -> None:
    op.execute(f"REVOKE EXECUTE ON FUNCTION {function} FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION {function} TO minqing_app")


def _length(most: int) -> None:
    op.execute("ALTER TABLE issue DROP CONSTRAINT issue_description_check")
    op.execute(f"ALTER TABLE issue ADD CONSTRAINT issue_description_check CHECK (length(description) <= {most})")


def upgrade() -> None:
    op.execute(f"DROP FUNCTION {BEFORE}")
    more = ", changed_at timestamptz, due_at timestamptz"
    between = "AND (until IS NULL OR i.reported_at <= until)"
    op.execute(_list("until timestamptz,", more, ", i.changed_at, i.due_at", between))
    _open(AFTER)
    _length(4000)


def downgrade() -> None:
    op.execute(f"DROP FUNCTION {AFTER}")
    op.execute(_list("", "", "", ""))
    _open(BEFORE)
    op.execute("UPDATE issue SET description = left(description, 2000) WHERE length(description) > 2000")
    _length(2000)
