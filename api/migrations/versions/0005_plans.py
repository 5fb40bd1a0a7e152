"""Plans, micro-grids and who belongs to which: a dwelling in two grids of a plan is impossible in SQL.

Revision ID: 0005
Revises: 0004
"""

from __future__ import annotations

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE plan (
  id uuid PRIMARY KEY DEFAULT uuid7(),
  subdistrict_id uuid NOT NULL REFERENCES subdistrict,
  community_id uuid REFERENCES community,
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  state text NOT NULL DEFAULT 'draft'
    CHECK (state IN ('draft', 'in_review', 'approved', 'published', 'superseded')),
  version integer NOT NULL DEFAULT 0 CHECK (version >= 0),
  base_id uuid REFERENCES plan,
  least integer NOT NULL DEFAULT 30 CHECK (least >= 0),
  most integer NOT NULL DEFAULT 100 CHECK (most >= least AND most >= 1),
  target integer NOT NULL DEFAULT 70 CHECK (target BETWEEN least AND most),
  effective daterange,
  created_at timestamptz NOT NULL DEFAULT now(),
  CHECK ((state IN ('published', 'superseded')) = (effective IS NOT NULL))
);

CREATE TABLE micro_grid (
  id uuid PRIMARY KEY DEFAULT uuid7(),
  plan_id uuid NOT NULL REFERENCES plan ON DELETE CASCADE,
  community_id uuid NOT NULL REFERENCES community,
  compound_id uuid,
  code text CHECK (length(code) BETWEEN 1 AND 40),
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  floor_lo integer,
  floor_hi integer,
  households integer NOT NULL DEFAULT 0 CHECK (households >= 0),
  geometry geometry(MultiPolygon, 4326) CHECK (geometry_is_sound(geometry)),
  UNIQUE (plan_id, code),
  UNIQUE (plan_id, id, community_id),
  FOREIGN KEY (compound_id, community_id) REFERENCES compound (id, community_id) ON UPDATE CASCADE
);

CREATE TABLE plan_member (
  plan_id uuid NOT NULL,
  unit_id uuid NOT NULL,
  community_id uuid NOT NULL,
  micro_grid_id uuid NOT NULL,
  floors int4range NOT NULL CHECK (NOT isempty(floors) AND NOT lower_inf(floors) AND NOT upper_inf(floors)),
  PRIMARY KEY (plan_id, unit_id, floors),
  FOREIGN KEY (plan_id, micro_grid_id, community_id) REFERENCES micro_grid (plan_id, id, community_id)
    ON DELETE CASCADE,
  FOREIGN KEY (unit_id, community_id) REFERENCES unit (id, community_id) ON UPDATE CASCADE,
  CONSTRAINT dwelling_in_one_grid EXCLUDE USING gist (plan_id WITH =, unit_id WITH =, floors WITH &&)
);
"""

MEMBER_LIES_IN_UNIT = """
CREATE FUNCTION plan_member_lies_in_unit() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE around record;
BEGIN
  SELECT name, floor_lo, floor_hi INTO around FROM unit WHERE id = NEW.unit_id FOR KEY SHARE;
  IF NOT NEW.floors <@ int4range(around.floor_lo, around.floor_hi, '[]') THEN
    RAISE EXCEPTION 'floors % do not lie in unit "%" (floors % to %)',
      NEW.floors, around.name, around.floor_lo, around.floor_hi
      USING ERRCODE = 'check_violation', CONSTRAINT = 'member_in_unit', TABLE = 'plan_member';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER plan_member_lies_in_unit AFTER INSERT OR UPDATE OF floors, unit_id ON plan_member
  FOR EACH ROW EXECUTE FUNCTION plan_member_lies_in_unit();
"""


def upgrade() -> None:
    op.execute(TABLES)
    op.execute(MEMBER_LIES_IN_UNIT)
    op.execute("CREATE INDEX plan_subdistrict_id ON plan (subdistrict_id)")
    op.execute("CREATE INDEX plan_community_id ON plan (community_id)")
    op.execute("CREATE INDEX micro_grid_community_id ON micro_grid (community_id)")
    op.execute("CREATE INDEX micro_grid_geometry ON micro_grid USING gist (geometry)")
    op.execute("CREATE INDEX plan_member_unit_id ON plan_member (unit_id)")
    op.execute("CREATE INDEX plan_member_micro_grid_id ON plan_member (micro_grid_id)")
    op.execute("CREATE INDEX plan_member_community_id ON plan_member (community_id)")


def downgrade() -> None:
    op.execute("DROP TABLE plan_member, micro_grid, plan")
    op.execute("DROP FUNCTION plan_member_lies_in_unit()")
