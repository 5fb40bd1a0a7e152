"""Patrols as rows: rounds and their fixes, what they passed, plans and checklists, visits to households.

Revision ID: 0060
Revises: 0033

A track belongs to whoever walked it and to those who lead there; a colleague does not see it, and a lead's look is
written down. Fixes and tracks are forgotten after half a year (``retention_rule``), what was passed stays.
"""

from __future__ import annotations

import json

from alembic import op

revision = "0060"
down_revision = "0033"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE checklist (
  id uuid PRIMARY KEY DEFAULT uuid7(),
  zh text NOT NULL UNIQUE CHECK (length(zh) BETWEEN 1 AND 60),
  en text NOT NULL DEFAULT '' CHECK (length(en) <= 120),
  items jsonb NOT NULL CHECK (jsonb_typeof(items) = 'array' AND length(items::text) <= 20000),
  active boolean NOT NULL DEFAULT true
);
CREATE TABLE patrol_plan (
  id uuid PRIMARY KEY DEFAULT uuid7(),
  community_id uuid NOT NULL REFERENCES community,
  micro_grid_id uuid,
  checklist_id uuid NOT NULL REFERENCES checklist,
  every_days integer NOT NULL CHECK (every_days BETWEEN 1 AND 366),
  since date NOT NULL DEFAULT CURRENT_DATE,
  until date CHECK (until >= since),
  note text NOT NULL DEFAULT '' CHECK (length(note) <= 400)
);
CREATE INDEX patrol_plan_community_id ON patrol_plan (community_id);
CREATE TABLE patrol (
  id uuid PRIMARY KEY,
  account_id uuid NOT NULL,
  person_id uuid NOT NULL REFERENCES person,
  community_id uuid NOT NULL REFERENCES community,
  micro_grid_id uuid,
  plan_id uuid REFERENCES patrol_plan,
  started_at timestamptz NOT NULL,
  ended_at timestamptz CHECK (ended_at >= started_at),
  length_m real NOT NULL DEFAULT 0,
  seconds real NOT NULL DEFAULT 0,
  fixes integer NOT NULL DEFAULT 0,
  left_out integer NOT NULL DEFAULT 0,
  passed integer NOT NULL DEFAULT 0,
  flags jsonb NOT NULL DEFAULT '[]',
  digest bytea CHECK (length(digest) = 32)
);
CREATE INDEX patrol_account_id ON patrol (account_id, started_at DESC);
CREATE INDEX patrol_community_id ON patrol (community_id, started_at DESC);
CREATE INDEX patrol_digest ON patrol (digest);
CREATE UNIQUE INDEX patrol_one_at_a_time ON patrol (account_id) WHERE ended_at IS NULL;
CREATE TABLE patrol_batch (
  patrol_id uuid NOT NULL REFERENCES patrol ON DELETE CASCADE,
  number integer NOT NULL CHECK (number BETWEEN 0 AND 100000),
  fixes jsonb NOT NULL CHECK (jsonb_typeof(fixes) = 'array'),
  received_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (patrol_id, number)
);
CREATE TABLE patrol_track (
  patrol_id uuid PRIMARY KEY REFERENCES patrol ON DELETE CASCADE,
  track jsonb NOT NULL
);
CREATE TABLE patrol_passed (
  patrol_id uuid NOT NULL REFERENCES patrol ON DELETE CASCADE,
  unit_id uuid NOT NULL REFERENCES unit ON DELETE CASCADE,
  at timestamptz NOT NULL,
  PRIMARY KEY (patrol_id, unit_id)
);
CREATE INDEX patrol_passed_unit_id ON patrol_passed (unit_id, at);
CREATE TABLE visit (
  id uuid PRIMARY KEY,
  unit_id uuid NOT NULL REFERENCES unit,
  household_id uuid,
  community_id uuid NOT NULL REFERENCES community,
  micro_grid_id uuid,
  patrol_id uuid REFERENCES patrol,
  account_id uuid NOT NULL,
  at timestamptz NOT NULL,
  outcome text NOT NULL CHECK (outcome IN ('met', 'not_home', 'refused')),
  form jsonb NOT NULL DEFAULT '{}' CHECK (length(form::text) <= 4000),
  note text NOT NULL DEFAULT '' CHECK (length(note) <= 1000),
  digest bytea NOT NULL CHECK (length(digest) = 32)
);
CREATE INDEX visit_unit_id ON visit (unit_id, at DESC);
CREATE INDEX visit_community_id ON visit (community_id, at DESC);
CREATE TABLE check_result (
  id uuid PRIMARY KEY,
  checklist_id uuid NOT NULL REFERENCES checklist,
  plan_id uuid REFERENCES patrol_plan,
  patrol_id uuid REFERENCES patrol,
  community_id uuid NOT NULL REFERENCES community,
  micro_grid_id uuid,
  account_id uuid NOT NULL,
  at timestamptz NOT NULL,
  item integer NOT NULL CHECK (item BETWEEN 0 AND 200),
  ok boolean NOT NULL,
  issue_id uuid REFERENCES issue,
  note text NOT NULL DEFAULT '' CHECK (length(note) <= 400)
);
CREATE INDEX check_result_community_id ON check_result (community_id, at DESC);
INSERT INTO retention_rule VALUES ('patrol_track', 180, '巡查轨迹', 'tracks of patrols');
"""
CHECKLISTS = {
    ("消防安全日查", "Fire safety, daily"): (
        ("消防通道畅通", "Fire lane clear"),
        ("安全出口未堵", "Exits not blocked"),
        ("灭火器有效", "Extinguishers valid"),
        ("楼道无电动车充电", "No e-bike charging in stairwells"),
    ),
    ("小区隐患排查", "Hazards in the compound"): (
        ("外墙无开裂脱落", "No cracks or falling plaster"),
        ("井盖完好", "Manhole covers whole"),
        ("无私拉电线", "No loose wiring"),
        ("电梯年检在期", "Lift inspection in date"),
        ("燃气无异味", "No smell of gas"),
    ),
}
FIXED = "STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp"
LEADS = f"""
CREATE FUNCTION lead_places() RETURNS uuid[] LANGUAGE plpgsql {FIXED} AS $$
BEGIN
  RETURN coalesce((SELECT array_agg(DISTINCT p.place_id) FROM staff_posts() p
    WHERE p.place_id IS NOT NULL AND p.role <> 'grid_worker'), '{{}}');
END $$;
CREATE FUNCTION was_walked_before(shape bytea, besides uuid) RETURNS boolean LANGUAGE plpgsql {FIXED} AS $$
BEGIN
  RETURN EXISTS (SELECT FROM patrol WHERE digest = shape AND id <> besides);
END $$;
"""
EVERYWHERE = "(SELECT staff_everywhere())"
OWN = "account_id = (SELECT me('account'))"
LED = (
    f"community_id IN (SELECT unnest(lead_places())) OR micro_grid_id IN (SELECT unnest(lead_places())) OR {EVERYWHERE}"
)
STAFFED = (
    "community_id IN (SELECT unnest(staff_places())) OR micro_grid_id IN (SELECT unnest(staff_places()))"
    f" OR {EVERYWHERE}"
)
OF_PATROL = "EXISTS (SELECT FROM patrol p WHERE p.id = patrol_id)"
OF_OWN = "EXISTS (SELECT FROM patrol p WHERE p.id = patrol_id AND p.account_id = (SELECT me('account')))"
OFFICE = "community_id IN (SELECT unnest(scope('editable'))) OR (SELECT whole('editable'))"
POLICIES = {
    "checklist": ("true", "(SELECT whole('editable')) OR cardinality((SELECT scope('editable'))) > 0"),
    "patrol_plan": (f"{STAFFED} OR {OFFICE}", OFFICE),
    "patrol": (f"{OWN} OR {LED}", OWN),
    "patrol_batch": (OF_PATROL, OF_OWN),
    "patrol_track": (OF_PATROL, OF_OWN),
    "patrol_passed": (OF_PATROL, OF_OWN),
    "visit": (f"{OWN} OR {STAFFED}", OWN),
    "check_result": (f"{OWN} OR {STAFFED}", OWN),
}
FUNCTIONS = ("lead_places()", "was_walked_before(bytea, uuid)")


def upgrade() -> None:
    op.execute(TABLES)
    for (zh, en), items in CHECKLISTS.items():
        said = json.dumps([{"zh": item, "en": item_en} for item, item_en in items], ensure_ascii=False)
        op.get_bind().exec_driver_sql("INSERT INTO checklist (zh, en, items) VALUES (%s, %s, %s)", (zh, en, said))
    op.execute(LEADS)
    for table, (seen, changed) in POLICIES.items():
        op.execute(f"CALL protect('{table}', $p${seen}$p$, $p${changed}$p$)")
    for function in FUNCTIONS:
        op.execute(f"REVOKE EXECUTE ON FUNCTION {function} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {function} TO minqing_app")


def downgrade() -> None:
    op.execute("DELETE FROM retention_rule WHERE kind = 'patrol_track'")
    op.execute(
        "DROP TABLE check_result, visit, patrol_passed, patrol_track, patrol_batch, patrol, patrol_plan, checklist"
    )
    for function in FUNCTIONS:
        op.execute(f"DROP FUNCTION {function}")
