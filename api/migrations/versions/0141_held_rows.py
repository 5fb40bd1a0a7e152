"""What lists of reports brought that is no issue here, told beside the map: how many rows were kept out, and for what.

Revision ID: 0141
Revises: 0140

A row at (0, 0) never becomes an issue, so that no map knows of it. Told to whoever sees or governs everything: a row
without a place is in nobody's area.
"""

from __future__ import annotations

from alembic import op

revision = "0141"
down_revision = "0140"
branch_labels = None
depends_on = None

FUNCTION = """
CREATE FUNCTION heat_held() RETURNS TABLE (kind text, many bigint) LANGUAGE sql STABLE
  SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT h.key, sum(h.value::bigint)::bigint FROM import i, jsonb_each_text(i.summary -> 'held') AS h
   WHERE i.state = 'entered' AND i.choice ->> 'purpose' = 'issue' AND (staff_everywhere() OR governs_all())
   GROUP BY 1 ORDER BY 2 DESC, 1
$$
"""


def upgrade() -> None:
    """Make the function; lists that were brought before it tell nothing."""
    op.execute(FUNCTION)
    op.execute("REVOKE EXECUTE ON FUNCTION heat_held() FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION heat_held() TO minqing_app")


def downgrade() -> None:
    """Nothing is told of them again."""
    op.execute("DROP FUNCTION heat_held()")
