"""Buildings and units that arrive together are judged together, not one by one.

Revision ID: 0073
Revises: 0058

A delivery of 25,000 buildings fired 25,000 triggers, each of which looked its compound up, locked it and unpacked its
outline. Now one look a statement judges all rows that arrived. A row that does not pass is doubted: the trigger that
has judged single rows since 0003 looks at it again, at once or, where constraints are deferred, when the transaction
has moved everything that it wants to move. What is refused, and in which words, stays the same.
"""

from __future__ import annotations

from alembic import op

revision = "0073"
down_revision = "0058"
branch_labels = None
depends_on = None

FIXED = "SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp"

# (child, parent, what of the child has to lie in the parent), as in 0003.
ARRIVING = (("building", "compound", "c.geometry"), ("unit", "building", "ST_PointOnSurface(c.geometry)"))

DOUBT = """
CREATE TABLE nesting_doubt (kind text NOT NULL, id uuid NOT NULL);
COMMENT ON TABLE nesting_doubt IS 'Passes a row on to the trigger that judges it; always empty.';
"""

# Parents are locked in one order, as the counts do (0004). Sorted by parent, its outline is prepared only once.
ARRIVE = """
CREATE FUNCTION {child}_arrives_inside() RETURNS trigger LANGUAGE plpgsql {fixed} AS $$
BEGIN
  PERFORM FROM {parent} WHERE id IN (SELECT {parent}_id FROM arrived) ORDER BY id FOR NO KEY UPDATE;
  INSERT INTO nesting_doubt (kind, id)
  SELECT '{child}', c.id FROM (SELECT * FROM arrived ORDER BY {parent}_id) c JOIN {parent} p ON p.id = c.{parent}_id
   WHERE NOT ST_Covers(p.geometry, {shape});
  IF FOUND THEN DELETE FROM nesting_doubt; END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER {child}_arrives_inside AFTER INSERT ON {child}
  REFERENCING NEW TABLE AS arrived FOR EACH STATEMENT EXECUTE FUNCTION {child}_arrives_inside();
CREATE CONSTRAINT TRIGGER {child}_lies_inside AFTER INSERT ON nesting_doubt
  DEFERRABLE INITIALLY IMMEDIATE FOR EACH ROW WHEN (NEW.kind = '{child}') EXECUTE FUNCTION {child}_lies_inside();
"""
ONE_BY_ONE = """
DROP TRIGGER {child}_lies_inside ON {child};
CREATE CONSTRAINT TRIGGER {child}_lies_inside AFTER {events} OF geometry, {parent}_id ON {child}
  DEFERRABLE INITIALLY IMMEDIATE FOR EACH ROW EXECUTE FUNCTION {child}_lies_inside();
"""


def upgrade() -> None:
    op.execute(DOUBT)
    op.execute("CALL protect('nesting_doubt', 'false')")
    op.execute("REVOKE ALL ON nesting_doubt FROM minqing_app")
    for child, parent, shape in ARRIVING:
        op.execute(ONE_BY_ONE.format(child=child, parent=parent, events="UPDATE"))
        op.execute(ARRIVE.format(child=child, parent=parent, shape=shape, fixed=FIXED))


def downgrade() -> None:
    for child, parent, _ in ARRIVING:
        op.execute(f"DROP TRIGGER {child}_arrives_inside ON {child}")
        op.execute(f"DROP FUNCTION {child}_arrives_inside()")
        op.execute(ONE_BY_ONE.format(child=child, parent=parent, events="INSERT OR UPDATE"))
    op.execute("DROP TABLE nesting_doubt")
