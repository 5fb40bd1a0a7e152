"""The household rule is data: what holds where and from when, and which exemptions were granted, by whom, until when.

Revision ID: 0080
Revises: 0026

A rule stands at one place (a community, a subdistrict, a district) or, without one, for the whole store; the nearest
one in force decides. At one place no two rules hold on the same day. An exemption names a community, or one
compound of it, and the households that are let pass there; it always ends, and it is ended, never removed.
"""

from __future__ import annotations

from alembic import op

revision = "0080"
down_revision = "0026"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE household_rule (
  id uuid PRIMARY KEY DEFAULT uuid7(),
  district_id uuid REFERENCES district ON DELETE CASCADE,
  subdistrict_id uuid REFERENCES subdistrict ON DELETE CASCADE,
  community_id uuid REFERENCES community ON DELETE CASCADE,
  place_id uuid GENERATED ALWAYS AS (coalesce(community_id, subdistrict_id, district_id)) STORED,
  least integer NOT NULL CHECK (least >= 0),
  most integer NOT NULL CHECK (most >= least AND most BETWEEN 1 AND 20000),
  target integer NOT NULL CHECK (target BETWEEN least AND most AND target >= 1),
  community_most integer NOT NULL DEFAULT 3000 CHECK (community_most BETWEEN 1 AND 1000000),
  effective daterange NOT NULL CHECK (NOT isempty(effective) AND NOT lower_inf(effective)),
  source text NOT NULL CHECK (length(source) BETWEEN 1 AND 400),
  created_at timestamptz NOT NULL DEFAULT now(),
  CHECK (num_nonnulls(district_id, subdistrict_id, community_id) <= 1),
  CONSTRAINT one_rule_a_day EXCLUDE USING gist (
    (coalesce(community_id, subdistrict_id, district_id, '00000000-0000-0000-0000-000000000000')) WITH =,
    effective WITH &&)
);
INSERT INTO household_rule (least, most, target, community_most, effective, source)
VALUES (30, 100, 70, 3000, '[2020-01-01,)',
        '微网实格：每个微网格 30–100 户；每个社区不超过 3000 户 · 30–100 households a micro-grid, 3,000 a community');

CREATE TABLE exemption (
  id uuid PRIMARY KEY DEFAULT uuid7(),
  community_id uuid NOT NULL REFERENCES community ON DELETE CASCADE,
  compound_id uuid,
  kind text NOT NULL CHECK (kind IN ('grid', 'community')),
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  least integer NOT NULL CHECK (least >= 0),
  most integer NOT NULL CHECK (most >= least AND most BETWEEN 1 AND 1000000),
  reason text NOT NULL CHECK (length(reason) BETWEEN 1 AND 400),
  granted_by text NOT NULL CHECK (length(granted_by) BETWEEN 1 AND 200),
  effective daterange NOT NULL CHECK (NOT lower_inf(effective) AND NOT upper_inf(effective)),
  created_at timestamptz NOT NULL DEFAULT now(),
  CHECK (kind = 'grid' OR compound_id IS NULL),
  FOREIGN KEY (compound_id, community_id) REFERENCES compound (id, community_id) ON UPDATE CASCADE ON DELETE CASCADE
);
CREATE INDEX exemption_community_id ON exemption (community_id);
"""
CHAIN = "((SELECT whole('chain')) OR place_id IN (SELECT unnest(scope('chain'))))"
EDITABLE = "((SELECT whole('editable')) OR {field} IN (SELECT unnest(scope('editable'))))"
SEEN = "((SELECT whole('communities')) OR community_id IN (SELECT unnest(scope('communities'))))"
# What holds for the whole store is nobody's secret; who is nobody does not get past the door.
POLICIES = {
    "household_rule": (f"place_id IS NULL OR {CHAIN}", EDITABLE.format(field="place_id")),
    "exemption": (SEEN, EDITABLE.format(field="community_id")),
}
GRANTED = """
REVOKE UPDATE, DELETE ON household_rule, exemption FROM minqing_app;
GRANT UPDATE (effective) ON household_rule, exemption TO minqing_app;
"""


def upgrade() -> None:
    op.execute(TABLES)
    for table, (seen, changed) in POLICIES.items():
        op.execute(f"CALL protect('{table}', $p${seen}$p$, $p${changed}$p$)")
    op.execute(GRANTED)


def downgrade() -> None:
    op.execute("DROP TABLE exemption, household_rule")
