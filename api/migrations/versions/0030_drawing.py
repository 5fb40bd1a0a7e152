"""Drawing a plan is a job: who asked for what, how far it is, and what came of each neighbourhood.

Revision ID: 0030
Revises: 0022

The queue itself is procrastinate's, by its own schema file; ``plan_run`` is what people see of it. A run goes
community by community, each in one transaction, so that a killed worker loses at most one community's work and a
cancelled run leaves whole communities behind.
"""

from __future__ import annotations

from alembic import op
from procrastinate.schema import SchemaManager

revision = "0030"
down_revision = "0022"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE plan_run (
  id uuid PRIMARY KEY DEFAULT uuid7(),
  plan_id uuid NOT NULL REFERENCES plan ON DELETE CASCADE,
  state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'running', 'done', 'cancelled', 'failed')),
  seed integer NOT NULL DEFAULT 1 CHECK (seed >= 0),
  prove boolean NOT NULL DEFAULT true,
  cancel_asked boolean NOT NULL DEFAULT false,
  trouble text NOT NULL DEFAULT '' CHECK (length(trouble) <= 1000),
  asked_at timestamptz NOT NULL DEFAULT now(),
  started_at timestamptz,
  ended_at timestamptz
);
CREATE INDEX plan_run_plan_id ON plan_run (plan_id);
CREATE UNIQUE INDEX plan_run_one_at_a_time ON plan_run (plan_id) WHERE state IN ('waiting', 'running');

CREATE TABLE plan_run_step (
  run_id uuid NOT NULL REFERENCES plan_run ON DELETE CASCADE,
  compound_id uuid NOT NULL,
  community_id uuid NOT NULL,
  state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'done')),
  status text NOT NULL DEFAULT '' CHECK (status IN ('', 'empty', 'optimal', 'gap', 'feasible', 'infeasible')),
  households integer NOT NULL DEFAULT 0,
  grids integer NOT NULL DEFAULT 0,
  objective double precision,
  bound double precision,
  reason_zh text NOT NULL DEFAULT '',
  reason_en text NOT NULL DEFAULT '',
  seconds double precision,
  PRIMARY KEY (run_id, compound_id),
  FOREIGN KEY (compound_id, community_id) REFERENCES compound (id, community_id) ON UPDATE CASCADE ON DELETE CASCADE
);
CREATE INDEX plan_run_step_community_id ON plan_run_step (community_id);
"""
RUN_SEEN = "EXISTS (SELECT FROM plan p WHERE p.id = plan_id)"
EDITABLE = "((SELECT whole('editable')) OR {column} IN (SELECT unnest(scope('editable'))))"
RUN_CHANGED = (
    "EXISTS (SELECT FROM plan p WHERE p.id = plan_id AND ("
    f"{EDITABLE.format(column='p.community_id')}"
    f" OR (p.community_id IS NULL AND {EDITABLE.format(column='p.subdistrict_id')})))"
)
STEP_SEEN = "((SELECT whole('communities')) OR community_id IN (SELECT unnest(scope('communities'))))"
POLICIES = {
    "plan_run": (RUN_SEEN, RUN_CHANGED),
    "plan_run_step": (STEP_SEEN, EDITABLE.format(column="community_id")),
    # The queue holds the keys of runs and nothing of what is in them.
    "procrastinate_workers": ("true", "true"),
    "procrastinate_jobs": ("true", "true"),
    "procrastinate_periodic_defers": ("true", "true"),
    "procrastinate_events": ("true", "true"),
}

# The worker is nobody by itself: it takes on just the communities of the run it works on.
ENTER = """
CREATE FUNCTION enter_for_run(run uuid) RETURNS boolean LANGUAGE plpgsql
  SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE plan_of record;
DECLARE places uuid[];
BEGIN
  SELECT p.id, p.subdistrict_id, p.community_id INTO plan_of
    FROM plan_run r JOIN plan p ON p.id = r.plan_id WHERE r.id = run;
  IF NOT FOUND THEN RETURN false; END IF;
  SELECT array_agg(c.id) INTO places FROM community c
   WHERE c.id = plan_of.community_id
      OR (plan_of.community_id IS NULL AND c.subdistrict_id = plan_of.subdistrict_id);
  PERFORM set_config('app.communities', coalesce(places, '{}')::text, true),
          set_config('app.homes', coalesce(places, '{}')::text, true),
          set_config('app.chain', (coalesce(places, '{}') || plan_of.subdistrict_id || plan_of.id)::text, true),
          set_config('app.editable', (coalesce(places, '{}') || plan_of.subdistrict_id)::text, true);
  RETURN true;
END $$;
REVOKE EXECUTE ON FUNCTION enter_for_run(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION enter_for_run(uuid) TO minqing_app;
"""
QUEUE_OBJECTS = """
DROP TABLE procrastinate_events, procrastinate_periodic_defers, procrastinate_jobs, procrastinate_workers CASCADE;
DO $$ DECLARE made record; BEGIN
  FOR made IN SELECT oid::regprocedure AS name FROM pg_proc WHERE proname LIKE 'procrastinate%' LOOP
    EXECUTE 'DROP FUNCTION ' || made.name || ' CASCADE';
  END LOOP;
  FOR made IN SELECT typname AS name FROM pg_type WHERE typname LIKE 'procrastinate%' AND typtype IN ('e', 'c')
    AND typrelid NOT IN (SELECT oid FROM pg_class WHERE relkind <> 'c') LOOP
    EXECUTE 'DROP TYPE ' || quote_ident(made.name) || ' CASCADE';
  END LOOP;
END $$;
"""


def upgrade() -> None:
    op.execute(TABLES)
    op.get_bind().exec_driver_sql(SchemaManager.get_schema().replace("%", "%%"))
    for table, (seen, changed) in POLICIES.items():
        op.execute(f"CALL protect('{table}', $p${seen}$p$, $p${changed}$p$)")
    op.execute(ENTER)


def downgrade() -> None:
    op.execute(QUEUE_OBJECTS)
    op.execute("DROP FUNCTION enter_for_run(uuid)")
    op.execute("DROP TABLE plan_run_step, plan_run")
