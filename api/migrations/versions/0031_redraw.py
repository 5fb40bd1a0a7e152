"""Plans are redrawn by hand: the value that edits work on, the log of operations, what others are told, comments.

Revision ID: 0031
Revises: 0053

``plan_sheet`` keeps one community of a plan as the value that ``geo.topology`` edits, as it was at ``state_version``;
undo goes back to ``since``, where the sheet began. ``plan_operation`` is every edit since, each with what it changed,
so that value and log together are the plan of today. ``micro_grid`` and ``plan_member`` follow in the same
transaction. The log is only ever added to.
"""

from __future__ import annotations

from alembic import op

revision = "0031"
down_revision = "0053"
branch_labels = None
depends_on = None

TABLES = """
ALTER TABLE micro_grid ADD COLUMN locked boolean NOT NULL DEFAULT false;
ALTER TABLE plan ADD COLUMN events bigint NOT NULL DEFAULT 0;

CREATE TABLE plan_sheet (
  plan_id uuid NOT NULL REFERENCES plan ON DELETE CASCADE,
  community_id uuid NOT NULL REFERENCES community,
  lon double precision NOT NULL,
  lat double precision NOT NULL,
  since integer NOT NULL,
  version integer NOT NULL,
  state_version integer NOT NULL,
  state bytea NOT NULL,
  PRIMARY KEY (plan_id, community_id)
);
ALTER TABLE plan_sheet ALTER COLUMN state SET STORAGE EXTERNAL;
CREATE INDEX plan_sheet_community_id ON plan_sheet (community_id);

CREATE TABLE plan_operation (
  plan_id uuid NOT NULL REFERENCES plan ON DELETE CASCADE,
  version integer NOT NULL,
  community_id uuid NOT NULL REFERENCES community,
  edit_id uuid NOT NULL,
  client uuid,
  verb text NOT NULL CHECK (length(verb) BETWEEN 1 AND 40),
  arguments jsonb NOT NULL,
  about integer,
  delta jsonb NOT NULL,
  touched text[] NOT NULL,
  account_id uuid,
  who text NOT NULL,
  at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (plan_id, version)
);
CREATE INDEX plan_operation_edit_id ON plan_operation (plan_id, edit_id);
CREATE INDEX plan_operation_community_id ON plan_operation (community_id);

CREATE TABLE plan_event (
  plan_id uuid NOT NULL REFERENCES plan ON DELETE CASCADE,
  number bigint NOT NULL,
  community_id uuid REFERENCES community,
  kind text NOT NULL CHECK (kind IN ('edit', 'comment', 'state', 'reset')),
  data jsonb NOT NULL,
  at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (plan_id, number)
);

CREATE TABLE plan_presence (
  plan_id uuid NOT NULL REFERENCES plan ON DELETE CASCADE,
  client uuid NOT NULL,
  community_id uuid NOT NULL REFERENCES community,
  account_id uuid NOT NULL,
  who text NOT NULL,
  selected jsonb NOT NULL DEFAULT '[]' CHECK (length(selected::text) <= 20000),
  seen_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (plan_id, client)
);

CREATE TABLE plan_comment (
  id uuid PRIMARY KEY DEFAULT uuid7(),
  plan_id uuid NOT NULL REFERENCES plan ON DELETE CASCADE,
  community_id uuid NOT NULL REFERENCES community,
  grid_id uuid,
  lon double precision CHECK (lon BETWEEN -180 AND 180),
  lat double precision CHECK (lat BETWEEN -90 AND 90),
  body text NOT NULL CHECK (length(body) BETWEEN 1 AND 2000),
  account_id uuid,
  who text NOT NULL,
  at timestamptz NOT NULL DEFAULT now(),
  resolved_at timestamptz,
  resolved_by text
);
CREATE INDEX plan_comment_plan_id ON plan_comment (plan_id, at);
"""

DEFINER = "SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp"
IN_SIGHT = "((SELECT whole('communities')) OR {0} IN (SELECT unnest(scope('communities'))))"
EDITABLE = "((SELECT whole('editable')) OR {0} IN (SELECT unnest(scope('editable'))))"

# A community's planner edits their part of a whole subdistrict's plan, whose row is not theirs to change.
FUNCTIONS = f"""
CREATE FUNCTION plan_take(wanted uuid, community uuid, OUT state text, OUT version integer, OUT events bigint)
  LANGUAGE plpgsql {DEFINER} AS $$
DECLARE place record;
DECLARE found_plan record;
BEGIN
  SELECT c.id, c.subdistrict_id INTO place FROM community c WHERE c.id = community;
  IF NOT FOUND OR NOT {EDITABLE.format("community")} THEN RETURN; END IF;
  SELECT p.state, p.version, p.events INTO found_plan FROM plan p
   WHERE p.id = wanted AND (p.community_id = community
         OR (p.community_id IS NULL AND p.subdistrict_id = place.subdistrict_id))
     FOR NO KEY UPDATE OF p;
  state := found_plan.state;
  version := found_plan.version;
  events := found_plan.events;
END $$;
CREATE FUNCTION plan_advance(wanted uuid, community uuid, operations integer, told integer)
  RETURNS void LANGUAGE plpgsql {DEFINER} AS $$
BEGIN
  UPDATE plan p SET version = p.version + operations, events = p.events + told FROM community c
   WHERE p.id = wanted AND c.id = community AND {EDITABLE.format("community")}
     AND (p.community_id = c.id OR (p.community_id IS NULL AND p.subdistrict_id = c.subdistrict_id));
END $$;
CREATE FUNCTION ground_floors(community uuid) RETURNS TABLE (unit_id uuid, floors integer[])
  LANGUAGE plpgsql STABLE {DEFINER} AS $$
BEGIN
  IF NOT {IN_SIGHT.format("community")} THEN RETURN; END IF;
  RETURN QUERY SELECT u.id, (SELECT array_agg(coalesce(f.households, 0) ORDER BY n)
       FROM generate_series(u.floor_lo, u.floor_hi) n LEFT JOIN floor f ON f.unit_id = u.id AND f.number = n)
    FROM unit u WHERE u.community_id = community AND u.floors_counted > 0;
END $$;
"""
CALLED = (
    "plan_take(uuid, uuid)",
    "plan_advance(uuid, uuid, integer, integer)",
    "ground_floors(uuid)",
)
SEEN = IN_SIGHT.format("community_id")
CHANGED = EDITABLE.format("community_id")
POLICIES = {
    "plan_sheet": (SEEN, CHANGED),
    "plan_operation": (SEEN, CHANGED),
    "plan_event": (
        f"{SEEN} OR (community_id IS NULL AND EXISTS (SELECT FROM plan p WHERE p.id = plan_id))",
        f"{CHANGED} OR (community_id IS NULL AND EXISTS (SELECT FROM plan p WHERE p.id = plan_id))",
    ),
    "plan_presence": (SEEN, f"account_id = (SELECT me('account')) AND {SEEN}"),
    "plan_comment": (SEEN, CHANGED),
}
KEPT = """
REVOKE UPDATE, DELETE ON plan_operation, plan_event FROM minqing_app;
REVOKE DELETE ON plan_comment FROM minqing_app;
REVOKE UPDATE ON plan_comment FROM minqing_app;
GRANT UPDATE (resolved_at, resolved_by) ON plan_comment TO minqing_app;
"""


def upgrade() -> None:
    op.execute(TABLES)
    op.execute(FUNCTIONS)
    for name in CALLED:
        op.execute(f"REVOKE EXECUTE ON FUNCTION {name} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {name} TO minqing_app")
    for table, (seen, changed) in POLICIES.items():
        op.execute(f"CALL protect('{table}', $p${seen}$p$, $p${changed}$p$)")
    op.execute(KEPT)


def downgrade() -> None:
    for name in CALLED:
        op.execute(f"DROP FUNCTION {name}")
    op.execute("DROP TABLE plan_comment, plan_presence, plan_event, plan_operation, plan_sheet")
    op.execute("ALTER TABLE plan DROP COLUMN events")
    op.execute("ALTER TABLE micro_grid DROP COLUMN locked")
