"""A case goes by the plan that ruled its community on its day, and stays with whoever goes on with its grid.

Revision ID: 0130
Revises: 0074

``where_is`` asked the days of whole plans; where a community has a plan of its own beside its subdistrict's, both
answered. It asks ``plan_reign`` now, which knows the days community by community. Publication moves a worker's post to
the heir of their grid, but open cases keep the grid they were reported in: ``staff_posts`` now reaches back to the
grids that one's own has taken over, so that nobody loses sight of a case because a boundary moved.
"""

from __future__ import annotations

from alembic import op

revision = "0130"
down_revision = "0074"
branch_labels = None
depends_on = None

# The heir of a grid took most of its households, as in carry_staff (0032).
FORMER = """
CREATE FUNCTION former_grids(grid uuid) RETURNS SETOF uuid LANGUAGE sql STABLE
  SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  WITH RECURSIVE heir AS NOT MATERIALIZED (
    SELECT s.former_id, s.grid_id FROM plan_succession s
     WHERE s.former_id <> s.grid_id AND NOT EXISTS (
       SELECT FROM plan_succession o WHERE o.former_id = s.former_id AND o.plan_id = s.plan_id
         AND (o.households > s.households OR (o.households = s.households AND o.grid_id < s.grid_id)))
  ), gone AS (
    SELECT h.former_id FROM heir h WHERE h.grid_id = grid
    UNION SELECT h.former_id FROM heir h JOIN gone g ON h.grid_id = g.former_id)
  SELECT former_id FROM gone
$$;
REVOKE EXECUTE ON FUNCTION former_grids(uuid) FROM PUBLIC;
"""
REWORDED = """
DO $do$ DECLARE made text; DECLARE wanted text;
BEGIN
  SELECT pg_get_functiondef(oid) INTO STRICT made FROM pg_proc
   WHERE proname = '{name}' AND pronamespace = 'public'::regnamespace;
  wanted := replace(made, $w${before}$w$, $w${after}$w$);
  IF wanted = made THEN RAISE EXCEPTION '{name} is not worded as expected'; END IF;
  EXECUTE wanted;
END $do$;
"""
BY_PLAN = (
    "FROM micro_grid m JOIN plan p ON p.id = m.plan_id\n"
    "           WHERE m.geometry && near AND p.state IN ('published', 'superseded') AND p.effective @> day"
)
BY_REIGN = (
    "FROM micro_grid m JOIN plan_reign r ON r.plan_id = m.plan_id AND r.community_id = m.community_id\n"
    "           WHERE m.geometry && near AND upper_inf(r.recorded) AND r.effective @> day"
)
POSTS = "SELECT h.role, h.place_id FROM held h WHERE h.level IN ('community', 'compound', 'building', 'micro_grid')\n"
POSTS_AND_FORMER = (
    f"{POSTS}UNION ALL SELECT h.role, f.id FROM held h CROSS JOIN LATERAL former_grids(h.place_id) AS f(id)"
    " WHERE h.level = 'micro_grid'\n"
)


def upgrade() -> None:
    op.execute(FORMER)
    op.execute(REWORDED.format(name="where_is", before=BY_PLAN, after=BY_REIGN))
    op.execute(REWORDED.format(name="staff_posts", before=POSTS, after=POSTS_AND_FORMER))


def downgrade() -> None:
    op.execute(REWORDED.format(name="staff_posts", before=POSTS_AND_FORMER, after=POSTS))
    op.execute(REWORDED.format(name="where_is", before=BY_REIGN, after=BY_PLAN))
    op.execute("DROP FUNCTION former_grids(uuid)")
