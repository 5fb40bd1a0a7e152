"""District to household as tables; every row below the community carries its community_id.

Revision ID: 0002
Revises: 0001

``(id, community_id)`` is unique on every level so that a child refers to both at once: a row can not claim a
community that its parent does not have. Row-level security (0020) stands on that.
"""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

NAMES = """
  id uuid PRIMARY KEY DEFAULT uuid7(),
  code text UNIQUE CHECK (code ~ '^[0-9]{{{digits}}}$'),
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  name_en text NOT NULL DEFAULT '' CHECK (length(name_en) <= 200),
"""
AREA = "geometry geometry(MultiPolygon, 4326) NOT NULL CHECK (geometry_is_sound(geometry))"
COUNTS = {
    name: f"{name} integer NOT NULL DEFAULT 0 CHECK ({name} >= 0)"
    for name in ("households", "units", "buildings", "compounds", "communities", "subdistricts")
}


def _counts(*names: str) -> str:
    return ",\n  ".join(COUNTS[name] for name in names)


TABLES = f"""
CREATE TABLE district ({NAMES.format(digits=6)}
  {_counts("households", "units", "buildings", "compounds", "communities", "subdistricts")},
  {AREA}
);

CREATE TABLE subdistrict ({NAMES.format(digits=9)}
  district_id uuid NOT NULL REFERENCES district,
  {_counts("households", "units", "buildings", "compounds", "communities")},
  {AREA}
);

CREATE TABLE community ({NAMES.format(digits=12)}
  subdistrict_id uuid NOT NULL REFERENCES subdistrict,
  kind text NOT NULL DEFAULT 'urban' CHECK (length(kind) <= 40),
  {_counts("households", "units", "buildings", "compounds")},
  {AREA}
);

CREATE TABLE compound ({NAMES.format(digits=15)}
  community_id uuid NOT NULL REFERENCES community,
  kind text NOT NULL DEFAULT '' CHECK (length(kind) <= 40),
  address text NOT NULL DEFAULT '' CHECK (length(address) <= 400),
  {_counts("households", "units", "buildings")},
  {AREA},
  UNIQUE (id, community_id)
);

CREATE TABLE building ({NAMES.format(digits=18)}
  compound_id uuid NOT NULL,
  community_id uuid NOT NULL,
  address text NOT NULL DEFAULT '' CHECK (length(address) <= 400),
  use text NOT NULL DEFAULT 'residential'
    CHECK (use IN ('residential', 'mixed', 'commercial', 'public', 'other')),
  floors integer NOT NULL CHECK (floors BETWEEN 1 AND 200),
  built integer CHECK (built BETWEEN 1000 AND 2200),
  {_counts("households", "units")},
  geometry geometry(Geometry, 4326) NOT NULL CHECK (
    geometry_is_sound(geometry) AND GeometryType(geometry) IN ('POINT', 'POLYGON', 'MULTIPOLYGON')),
  UNIQUE (id, community_id),
  FOREIGN KEY (compound_id, community_id) REFERENCES compound (id, community_id) ON UPDATE CASCADE
);

CREATE TABLE unit ({NAMES.format(digits=20)}
  building_id uuid NOT NULL,
  community_id uuid NOT NULL,
  floor_lo integer NOT NULL CHECK (floor_lo BETWEEN -10 AND 200),
  floor_hi integer NOT NULL CHECK (floor_hi BETWEEN floor_lo AND 200),
  estimated boolean NOT NULL DEFAULT false,
  households_declared integer NOT NULL DEFAULT 0 CHECK (households_declared BETWEEN 0 AND 20000),
  households_counted integer NOT NULL DEFAULT 0 CHECK (households_counted >= 0),
  floors_counted integer NOT NULL DEFAULT 0 CHECK (floors_counted >= 0),
  households integer NOT NULL GENERATED ALWAYS AS
    (CASE WHEN floors_counted > 0 THEN households_counted ELSE households_declared END) STORED,
  geometry geometry(Geometry, 4326) NOT NULL CHECK (
    geometry_is_sound(geometry) AND GeometryType(geometry) IN ('POINT', 'POLYGON', 'MULTIPOLYGON')),
  UNIQUE (id, community_id),
  FOREIGN KEY (building_id, community_id) REFERENCES building (id, community_id) ON UPDATE CASCADE
);

CREATE TABLE floor (
  id uuid PRIMARY KEY DEFAULT uuid7(),
  unit_id uuid NOT NULL,
  community_id uuid NOT NULL,
  number integer NOT NULL CHECK (number BETWEEN -10 AND 200 AND number <> 0),
  households_declared integer NOT NULL DEFAULT 0 CHECK (households_declared BETWEEN 0 AND 1000),
  households_counted integer NOT NULL DEFAULT 0 CHECK (households_counted >= 0),
  households integer NOT NULL GENERATED ALWAYS AS
    (CASE WHEN households_counted > 0 THEN households_counted ELSE households_declared END) STORED,
  UNIQUE (unit_id, number),
  UNIQUE (id, community_id),
  FOREIGN KEY (unit_id, community_id) REFERENCES unit (id, community_id) ON UPDATE CASCADE ON DELETE CASCADE
);

CREATE TABLE household (
  id uuid PRIMARY KEY DEFAULT uuid7(),
  floor_id uuid NOT NULL,
  community_id uuid NOT NULL,
  door text NOT NULL CHECK (length(door) BETWEEN 1 AND 40),
  UNIQUE (floor_id, door),
  UNIQUE (id, community_id),
  FOREIGN KEY (floor_id, community_id) REFERENCES floor (id, community_id) ON UPDATE CASCADE ON DELETE CASCADE
);

CREATE TABLE barrier (
  id uuid PRIMARY KEY DEFAULT uuid7(),
  kind text NOT NULL CHECK (kind IN ('road', 'river', 'railway', 'wall')),
  road_class text CHECK (length(road_class) <= 40),
  name text NOT NULL DEFAULT '' CHECK (length(name) <= 200),
  name_en text NOT NULL DEFAULT '' CHECK (length(name_en) <= 200),
  geometry geometry(LineString, 4326) NOT NULL CHECK (geometry_is_sound(geometry))
);

CREATE TABLE area (
  id uuid PRIMARY KEY DEFAULT uuid7(),
  kind text NOT NULL CHECK (length(kind) BETWEEN 1 AND 40),
  name text NOT NULL DEFAULT '' CHECK (length(name) <= 200),
  name_en text NOT NULL DEFAULT '' CHECK (length(name_en) <= 200),
  {AREA}
);
"""

LEVELS = ("district", "subdistrict", "community", "compound", "building", "unit")
PARENTS = {
    "subdistrict": "district_id",
    "community": "subdistrict_id",
    "compound": "community_id",
    "building": "compound_id",
    "unit": "building_id",
}


def upgrade() -> None:
    op.execute(TABLES)
    for table in (*LEVELS, "barrier", "area"):
        op.execute(f"CREATE INDEX {table}_geometry ON {table} USING gist (geometry)")
    for table, column in PARENTS.items():
        op.execute(f"CREATE INDEX {table}_{column} ON {table} ({column})")
    for table in ("building", "unit", "floor", "household"):
        op.execute(f"CREATE INDEX {table}_community_id ON {table} (community_id)")


def downgrade() -> None:
    for table in ("area", "barrier", "household", "floor", *reversed(LEVELS)):
        op.execute(f"DROP TABLE {table}")
