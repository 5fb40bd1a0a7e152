"""Checks and triggers name nothing that depends on the search path, so that any tool can restore a dump.

Revision ID: 0007
Revises: 0040

pg_dump empties the path. A bare ``pg_restore`` then refused every shape, since the check did not find PostGIS's
functions, and every trigger that compares two shapes, since it did not find PostGIS's ``=``. A backup has to come
back with PostgreSQL's own tools too, on the day on which ours are not at hand.
"""

from __future__ import annotations

from alembic import op

revision = "0007"
down_revision = "0040"
branch_labels = None
depends_on = None

# (parent, child), as in 0003. Two shapes are equal to PostGIS when their bytes are, and bytes are PostgreSQL's own.
NESTINGS = (
    ("district", "subdistrict"),
    ("subdistrict", "community"),
    ("community", "compound"),
    ("compound", "building"),
    ("building", "unit"),
)
STILL_COVERS = """
DROP TRIGGER {parent}_still_covers_{child} ON {parent};
CREATE CONSTRAINT TRIGGER {parent}_still_covers_{child} AFTER UPDATE OF geometry ON {parent}
  DEFERRABLE INITIALLY IMMEDIATE FOR EACH ROW
  WHEN ({old} IS DISTINCT FROM {new}) EXECUTE FUNCTION {parent}_still_covers_{child}();
"""


def _compare(old: str, new: str) -> None:
    for parent, child in NESTINGS:
        op.execute(STILL_COVERS.format(parent=parent, child=child, old=old, new=new))


def upgrade() -> None:
    op.execute("ALTER FUNCTION geometry_is_sound(geometry) SET search_path = pg_catalog, public, pg_temp")
    _compare("OLD.geometry::bytea", "NEW.geometry::bytea")


def downgrade() -> None:
    _compare("OLD.geometry", "NEW.geometry")
    op.execute("ALTER FUNCTION geometry_is_sound(geometry) RESET search_path")
