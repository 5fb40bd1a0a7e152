"""A child lies in its parent and beside its siblings; the database refuses anything else.

Revision ID: 0003
Revises: 0002

Both sides are guarded: a child that moves and a parent that shrinks. Both hold the parent's row lock, so two
transactions can not slip past one another. The checks look at the row as it then stands, and may be deferred
(``SET CONSTRAINTS ALL DEFERRED``), so that a building and its units can move together. A unit is judged by a point
on its surface: its outline is a cut through the footprint, and rounding may carry a corner a millimetre out.
"""

from __future__ import annotations

from typing import NamedTuple

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


class Nesting(NamedTuple):
    """One step of the hierarchy, and what of the child has to lie in the parent."""

    child: str
    parent: str
    shape: str = "{row}.geometry"
    apart: bool = True

    @property
    def column(self) -> str:
        """The child's column that names its parent."""
        return f"{self.parent}_id"


# Footprints of buildings overlap in real surveys: a fault to report (geo/exchange), not an impossible state.
NESTINGS = (
    Nesting("subdistrict", "district"),
    Nesting("community", "subdistrict"),
    Nesting("compound", "community"),
    Nesting("building", "compound", apart=False),
    Nesting("unit", "building", shape="ST_PointOnSurface({row}.geometry)", apart=False),
)

CHILD_LIES_INSIDE = """
CREATE FUNCTION {child}_lies_inside() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE here record;
DECLARE around record;
DECLARE sibling text;
BEGIN
  SELECT id, {column} AS parent_id, name, geometry INTO here FROM {child} WHERE id = NEW.id;
  IF NOT FOUND THEN RETURN NULL; END IF;
  SELECT name, geometry INTO around FROM {parent} WHERE id = here.parent_id FOR NO KEY UPDATE;
  IF NOT ST_Covers(around.geometry, {shape}) THEN
    RAISE EXCEPTION '{child} "%" does not lie in {parent} "%"', here.name, around.name
      USING ERRCODE = 'check_violation', CONSTRAINT = '{child}_in_{parent}', TABLE = '{child}';
  END IF;
{siblings}
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER {child}_lies_inside AFTER INSERT OR UPDATE OF geometry, {column} ON {child}
  DEFERRABLE INITIALLY IMMEDIATE FOR EACH ROW EXECUTE FUNCTION {child}_lies_inside();
"""

SIBLINGS_STAND_APART = """
  SELECT name INTO sibling FROM {child}
   WHERE geometry && here.geometry AND id <> here.id AND ST_Relate(here.geometry, geometry, '2********') LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION '{child} "%" overlaps {child} "%"', here.name, sibling
      USING ERRCODE = 'exclusion_violation', CONSTRAINT = '{child}_apart', TABLE = '{child}';
  END IF;
"""

PARENT_STILL_COVERS = """
CREATE FUNCTION {parent}_still_covers_{child}() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE here record;
DECLARE stray text;
BEGIN
  SELECT id, name, geometry INTO here FROM {parent} WHERE id = NEW.id;
  SELECT c.name INTO stray FROM {child} c
   WHERE c.{column} = here.id AND NOT ST_Covers(here.geometry, {shape}) LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION '{parent} "%" would no longer contain {child} "%"', here.name, stray
      USING ERRCODE = 'check_violation', CONSTRAINT = '{child}_in_{parent}', TABLE = '{parent}';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER {parent}_still_covers_{child} AFTER UPDATE OF geometry ON {parent}
  DEFERRABLE INITIALLY IMMEDIATE FOR EACH ROW
  WHEN (OLD.geometry IS DISTINCT FROM NEW.geometry) EXECUTE FUNCTION {parent}_still_covers_{child}();
"""


def upgrade() -> None:
    for nesting in NESTINGS:
        child, parent, column = nesting.child, nesting.parent, nesting.column
        siblings = SIBLINGS_STAND_APART.format(child=child) if nesting.apart else ""
        inside = nesting.shape.format(row="here")
        op.execute(CHILD_LIES_INSIDE.format(child=child, parent=parent, column=column, shape=inside, siblings=siblings))
        op.execute(
            PARENT_STILL_COVERS.format(child=child, parent=parent, column=column, shape=nesting.shape.format(row="c"))
        )


def downgrade() -> None:
    for nesting in NESTINGS:
        op.execute(f"DROP FUNCTION {nesting.parent}_still_covers_{nesting.child}() CASCADE")
        op.execute(f"DROP FUNCTION {nesting.child}_lies_inside() CASCADE")
