"""Which plan rules where and when: published plans take effect by the day, and history stays true.

Revision ID: 0032
Revises: 0031

``plan_reign`` is bitemporal: ``effective`` are the days on which a plan divides a community, ``recorded`` the time for
which we held that to be so. Publication closes what was recorded and writes it anew; no row is ever otherwise changed.
Two plans cannot rule one community on one day (an exclusion constraint).

``plan.in_force`` says whether a plan rules anywhere today; maps and rosters of today ask it. ``plan_turn`` sets it when
the day turns in Shanghai: the worker calls it every minute, publication at once.
"""

from __future__ import annotations

from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

DEFINER = "SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp"
IN_SIGHT = "((SELECT whole('communities')) OR {0} IN (SELECT unnest(scope('communities'))))"
IN_CHAIN = "((SELECT whole('chain')) OR {0} IN (SELECT unnest(scope('chain'))))"
EDITABLE = "((SELECT whole('editable')) OR {0} IN (SELECT unnest(scope('editable'))))"

TABLES = """
ALTER TABLE plan ADD COLUMN in_force boolean NOT NULL DEFAULT false;
CREATE TABLE plan_reign (
  id uuid PRIMARY KEY DEFAULT uuid7(),
  plan_id uuid NOT NULL REFERENCES plan,
  community_id uuid NOT NULL REFERENCES community,
  effective daterange NOT NULL CHECK (NOT isempty(effective) AND NOT lower_inf(effective)),
  recorded tstzrange NOT NULL DEFAULT tstzrange(now(), NULL) CHECK (NOT lower_inf(recorded)),
  CONSTRAINT one_plan_a_day EXCLUDE USING gist (community_id WITH =, effective WITH &&, recorded WITH &&)
);
CREATE INDEX plan_reign_plan_id ON plan_reign (plan_id);
CREATE INDEX plan_reign_community_id ON plan_reign (community_id, lower(effective)) WHERE upper_inf(recorded);

CREATE TABLE plan_transition (
  id uuid PRIMARY KEY DEFAULT uuid7(),
  plan_id uuid NOT NULL REFERENCES plan ON DELETE CASCADE,
  state text NOT NULL,
  version integer NOT NULL,
  note text NOT NULL DEFAULT '' CHECK (length(note) <= 2000),
  effective_from date,
  account_id uuid,
  who text NOT NULL,
  at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX plan_transition_plan_id ON plan_transition (plan_id, at);

CREATE TABLE plan_succession (
  plan_id uuid NOT NULL REFERENCES plan ON DELETE CASCADE,
  community_id uuid NOT NULL REFERENCES community,
  former_id uuid NOT NULL REFERENCES micro_grid,
  grid_id uuid NOT NULL REFERENCES micro_grid,
  households integer NOT NULL CHECK (households >= 0),
  PRIMARY KEY (former_id, grid_id)
);
CREATE INDEX plan_succession_grid_id ON plan_succession (grid_id);
CREATE INDEX plan_succession_plan_id ON plan_succession (plan_id);
CREATE INDEX plan_member_unit_plan ON plan_member (unit_id, plan_id);
DROP INDEX plan_member_unit_id;
"""

TODAY = "(now() AT TIME ZONE 'Asia/Shanghai')::date"
RULES_TODAY = (
    f"EXISTS (SELECT FROM plan_reign r WHERE r.plan_id = p.id AND upper_inf(r.recorded) AND r.effective @> {TODAY})"
)
# A plan that is published by other ways than ours (a load, a restore) rules wherever it may.
FUNCTIONS = f"""
CREATE FUNCTION plan_turn(only_this uuid DEFAULT NULL) RETURNS integer LANGUAGE plpgsql {DEFINER} AS $$
DECLARE turned integer;
BEGIN
  UPDATE plan p SET in_force = s.rules, state = s.state FROM (
    SELECT p.id, p.state IN ('published', 'superseded') AND {RULES_TODAY} AS rules,
           CASE WHEN p.state = 'published' AND NOT EXISTS (
                     SELECT FROM plan_reign r WHERE r.plan_id = p.id AND upper_inf(r.recorded)
                        AND (upper_inf(r.effective) OR upper(r.effective) > {TODAY}))
                THEN 'superseded' ELSE p.state END AS state
      FROM plan p WHERE (p.in_force OR p.state IN ('published', 'superseded'))
       AND (only_this IS NULL OR p.id = only_this)) s
   WHERE p.id = s.id AND (p.in_force, p.state) IS DISTINCT FROM (s.rules, s.state);
  GET DIAGNOSTICS turned = ROW_COUNT;
  RETURN turned;
END $$;

CREATE FUNCTION plan_reigns() RETURNS trigger LANGUAGE plpgsql {DEFINER} AS $$
BEGIN
  IF pg_trigger_depth() > 1 THEN RETURN NULL; END IF;
  IF NEW.state = 'published' AND NOT isempty(NEW.effective) AND NOT lower_inf(NEW.effective)
     AND NOT EXISTS (SELECT FROM plan_reign WHERE plan_id = NEW.id) THEN
    INSERT INTO plan_reign (plan_id, community_id, effective)
    SELECT NEW.id, c.id, NEW.effective FROM community c
     WHERE c.id = NEW.community_id OR (NEW.community_id IS NULL AND c.subdistrict_id = NEW.subdistrict_id)
    ON CONFLICT DO NOTHING;
  END IF;
  PERFORM plan_turn(NEW.id);
  RETURN NULL;
END $$;
CREATE TRIGGER plan_reigns AFTER INSERT OR UPDATE OF state, effective ON plan
  FOR EACH ROW EXECUTE FUNCTION plan_reigns();

CREATE FUNCTION may_approve(wanted uuid) RETURNS boolean LANGUAGE sql STABLE {DEFINER} AS $$
  SELECT EXISTS (
    SELECT FROM plan p JOIN subdistrict s ON s.id = p.subdistrict_id
      JOIN assignment a ON a.person_id = me('person') AND a.since <= now() AND (a.until IS NULL OR a.until > now())
     WHERE p.id = wanted AND a.role IN ('street_office', 'district', 'administrator')
       AND (a.level = 'store' OR a.place_id IN (s.id, s.district_id)))
$$;

CREATE FUNCTION carry_staff(wanted uuid, whence date) RETURNS integer LANGUAGE plpgsql {DEFINER} AS $$
DECLARE carried integer;
DECLARE turn timestamptz := greatest(now(), whence::timestamp AT TIME ZONE 'Asia/Shanghai');
BEGIN
  IF NOT may_approve(wanted) THEN RETURN 0; END IF;
  -- Whoever serves most of a former grid's households goes on with them: the heir is the grid that took most of them.
  WITH heir AS (
    SELECT DISTINCT ON (former_id) former_id, grid_id FROM plan_succession WHERE plan_id = wanted
     ORDER BY former_id, households DESC, grid_id
  ), ended AS (
    UPDATE assignment a SET until = turn FROM heir h
     WHERE a.level = 'micro_grid' AND a.place_id = h.former_id AND (a.until IS NULL OR a.until > turn)
    RETURNING a.person_id, a.role, a.level, a.post, h.grid_id
  )
  INSERT INTO assignment (person_id, role, level, place_id, post, since)
  SELECT DISTINCT person_id, role, level, grid_id, post, turn FROM ended;
  GET DIAGNOSTICS carried = ROW_COUNT;
  RETURN carried;
END $$;
"""
CALLED = ("plan_turn(uuid)", "may_approve(uuid)", "carry_staff(uuid, date)")
SEEN, CHANGED = IN_SIGHT.format("community_id"), EDITABLE.format("community_id")
OF_PLAN = "EXISTS (SELECT FROM plan p WHERE p.id = plan_id)"
POLICIES = {
    "plan_reign": (f"{SEEN} OR {IN_CHAIN.format('community_id')}", CHANGED),
    "plan_transition": (OF_PLAN, OF_PLAN),
    "plan_succession": (SEEN, CHANGED),
}
KEPT = """
REVOKE DELETE ON plan_reign FROM minqing_app;
REVOKE UPDATE ON plan_reign FROM minqing_app;
GRANT UPDATE (recorded) ON plan_reign TO minqing_app;
REVOKE UPDATE, DELETE ON plan_transition, plan_succession FROM minqing_app;
"""

# The map of today and its revisions follow ``in_force`` instead of ``state = 'published'``.
REWORDED = """
DO $$ DECLARE made record;
BEGIN
  FOR made IN SELECT oid, pg_get_functiondef(oid) AS body FROM pg_proc
    WHERE pronamespace = 'public'::regnamespace AND proname LIKE 'tile\\_micro\\_grid\\_%'
      AND prosrc LIKE '%{before}%'
  LOOP
    EXECUTE replace(made.body, $w${before_said}$w$, $w${after_said}$w$);
  END LOOP;
END $$;
"""
PUBLISHED, IN_FORCE = "p.state = 'published' AS today", "p.in_force AS today"
BY_STATE, BY_BOTH = "n.state <> o.state", "(n.state, n.in_force) <> (o.state, o.in_force)"


def _reword(before: str, after: str) -> str:
    return REWORDED.format(before=before.replace("'", "''"), before_said=before, after_said=after)


def upgrade() -> None:
    op.execute(TABLES)
    op.execute(FUNCTIONS)
    for name in CALLED:
        op.execute(f"REVOKE EXECUTE ON FUNCTION {name} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {name} TO minqing_app")
    for table, (seen, changed) in POLICIES.items():
        op.execute(f"CALL protect('{table}', $p${seen}$p$, $p${changed}$p$)")
    op.execute(KEPT)
    op.execute(_reword(PUBLISHED, IN_FORCE))
    op.execute(_reword(BY_STATE, BY_BOTH))
    op.execute("UPDATE plan SET state = state WHERE state = 'published'")


def downgrade() -> None:
    op.execute(_reword(BY_BOTH, BY_STATE))
    op.execute(_reword(IN_FORCE, PUBLISHED))
    op.execute("DROP TRIGGER plan_reigns ON plan")
    op.execute("DROP FUNCTION plan_reigns()")
    for name in reversed(CALLED):
        op.execute(f"DROP FUNCTION {name}")
    op.execute("CREATE INDEX plan_member_unit_id ON plan_member (unit_id)")
    op.execute("DROP INDEX plan_member_unit_plan")
    op.execute("DROP TABLE plan_succession, plan_transition, plan_reign")
    op.execute("ALTER TABLE plan DROP COLUMN in_force")
