"""Households, units, buildings … of every place are kept true by the database.

Revision ID: 0004
Revises: 0003

Statement triggers add differences to the parent (``households = households + d``), which two concurrent
transactions can both do without losing either; recomputing the sum could not. The differences climb by themselves:
changing a building's row fires the building's own trigger.
"""

from __future__ import annotations

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# child, parent, column, {parent's count: what one child row adds to it}
COUNTING: tuple[tuple[str, str, str, dict[str, str]], ...] = (
    ("household", "floor", "floor_id", {"households_counted": "1"}),
    ("floor", "unit", "unit_id", {"households_counted": "households", "floors_counted": "1"}),
    ("unit", "building", "building_id", {"households": "households", "units": "1"}),
    ("building", "compound", "compound_id", {"households": "households", "units": "units", "buildings": "1"}),
    (
        "compound",
        "community",
        "community_id",
        {"households": "households", "units": "units", "buildings": "buildings", "compounds": "1"},
    ),
    (
        "community",
        "subdistrict",
        "subdistrict_id",
        {
            "households": "households",
            "units": "units",
            "buildings": "buildings",
            "compounds": "compounds",
            "communities": "1",
        },
    ),
    (
        "subdistrict",
        "district",
        "district_id",
        {
            "households": "households",
            "units": "units",
            "buildings": "buildings",
            "compounds": "compounds",
            "communities": "communities",
            "subdistricts": "1",
        },
    ),
)

SIGNED = {
    "insert": "SELECT 1 AS sign, * FROM arrived",
    "update": "SELECT 1 AS sign, * FROM arrived UNION ALL SELECT -1, * FROM left_over",
    "delete": "SELECT -1 AS sign, * FROM left_over",
}
TRANSITIONS = {
    "insert": "NEW TABLE AS arrived",
    "update": "NEW TABLE AS arrived OLD TABLE AS left_over",
    "delete": "OLD TABLE AS left_over",
}

COUNT = """
CREATE FUNCTION {child}_counts_on_{event}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  WITH difference AS (
    SELECT {column} AS parent, {sums} FROM ({signed}) AS row GROUP BY {column}
  ), touched AS (
    SELECT p.id FROM {parent} p JOIN difference d ON d.parent = p.id
     WHERE ({some}) ORDER BY p.id FOR NO KEY UPDATE OF p
  )
  UPDATE {parent} p SET {adds} FROM difference d, touched t WHERE p.id = t.id AND d.parent = t.id;
  RETURN NULL;
END $$;
CREATE TRIGGER {child}_counts_on_{event} AFTER {event} ON {child}
  REFERENCING {transition} FOR EACH STATEMENT EXECUTE FUNCTION {child}_counts_on_{event}();
"""


def upgrade() -> None:
    for child, parent, column, measures in COUNTING:
        for event, signed in SIGNED.items():
            op.execute(
                COUNT.format(
                    child=child,
                    parent=parent,
                    column=column,
                    event=event,
                    signed=signed,
                    transition=TRANSITIONS[event],
                    sums=", ".join(f"sum(sign * {source}) AS {count}" for count, source in measures.items()),
                    some=" OR ".join(f"d.{count} <> 0" for count in measures),
                    adds=", ".join(f"{count} = p.{count} + d.{count}" for count in measures),
                )
            )


def downgrade() -> None:
    for child, *_ in COUNTING:
        for event in SIGNED:
            op.execute(f"DROP FUNCTION {child}_counts_on_{event}() CASCADE")
