"""Whistles ring: each body that was called has reminders of its own until it reports in; planners see, and only see.

Revision ID: 0054
Revises: 0071

A called body's rungs are rows beside its call and go with it. Like ``ring_alarms`` (0053), ``ring_calls`` marks a rung
and writes its event in one transaction, so after an outage each rings once. Planners see the issues of their area,
without the reporters and without anything that could change one.
"""

from __future__ import annotations

from alembic import op

revision = "0054"
down_revision = "0071"
branch_labels = None
depends_on = None

FIXED = "SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp"

TABLE = """
CREATE TABLE issue_call_alarm (
  issue_id uuid NOT NULL,
  body_id uuid NOT NULL,
  percent integer NOT NULL,
  action text NOT NULL CHECK (action IN ('remind', 'warn', 'urge', 'supervise', 'list')),
  due_at timestamptz NOT NULL,
  rung_at timestamptz,
  PRIMARY KEY (issue_id, body_id, percent),
  FOREIGN KEY (issue_id, body_id) REFERENCES issue_call ON DELETE CASCADE
);
CREATE INDEX issue_call_alarm_due ON issue_call_alarm (due_at) WHERE rung_at IS NULL;
CREATE INDEX issue_call_unanswered ON issue_call (issue_id) WHERE arrived_at IS NULL;
COMMENT ON TABLE issue_call_alarm IS 'The reminders of a body that was called (吹哨) and has not reported in.';
"""

RING = f"""
CREATE FUNCTION ring_calls(moment timestamptz, most integer) RETURNS integer LANGUAGE plpgsql {FIXED} AS $$
DECLARE a record;
DECLARE i record;
DECLARE rung integer := 0;
BEGIN
  FOR a IN SELECT r.*, c.called_at, c.arrived_at FROM issue_call_alarm r JOIN issue_call c USING (issue_id, body_id)
            WHERE r.rung_at IS NULL AND r.due_at <= moment
            ORDER BY r.due_at, r.issue_id, r.body_id, r.percent LIMIT most FOR UPDATE OF r SKIP LOCKED
  LOOP
    SELECT * INTO i FROM issue WHERE id = a.issue_id FOR UPDATE SKIP LOCKED;
    CONTINUE WHEN NOT FOUND;
    IF a.arrived_at IS NOT NULL OR NOT i.is_open THEN
      DELETE FROM issue_call_alarm WHERE issue_id = a.issue_id AND body_id = a.body_id AND percent = a.percent;
      CONTINUE;
    END IF;
    UPDATE issue_call_alarm SET rung_at = moment
     WHERE issue_id = a.issue_id AND body_id = a.body_id AND percent = a.percent;
    CONTINUE WHEN a.action = 'supervise' AND i.supervised;
    INSERT INTO issue_event (issue_id, seq, at, action, party, body_id, status, payload)
      VALUES (a.issue_id, i.version + 1, greatest(moment, i.changed_at), a.action, 'clock', a.body_id, i.status,
              jsonb_build_object('stage', 'arrive', 'percent', a.percent, 'due', a.due_at, 'called_at', a.called_at));
    UPDATE issue SET urges = urges + (a.action = 'urge')::integer, supervised = supervised OR a.action = 'supervise',
           listed = listed OR a.action = 'list' WHERE id = a.issue_id;
    rung := rung + 1;
  END LOOP;
  RETURN rung;
END $$;
CREATE OR REPLACE FUNCTION alarms_due(moment timestamptz) RETURNS boolean LANGUAGE sql STABLE {FIXED} AS $$
  SELECT EXISTS (SELECT FROM issue_alarm WHERE rung_at IS NULL AND due_at <= moment)
      OR EXISTS (SELECT FROM issue_call_alarm WHERE rung_at IS NULL AND due_at <= moment)
$$;
"""

PLANNED = f"""
CREATE FUNCTION planner_places() RETURNS uuid[] LANGUAGE plpgsql STABLE {FIXED} AS $$
BEGIN
  RETURN coalesce((WITH held AS MATERIALIZED (
    SELECT a.level, a.place_id FROM assignment a
     WHERE a.person_id = me('person') AND a.role = 'planner'
       AND a.since <= now() AND (a.until IS NULL OR a.until > now()))
  SELECT array_agg(DISTINCT place) FROM (
    SELECT h.place_id AS place FROM held h WHERE h.level IN ('community', 'compound')
    UNION ALL SELECT c.id FROM held h JOIN community c ON c.subdistrict_id = h.place_id WHERE h.level = 'subdistrict'
    UNION ALL SELECT c.id FROM held h JOIN subdistrict s ON s.district_id = h.place_id
                JOIN community c ON c.subdistrict_id = s.id WHERE h.level = 'district'
    UNION ALL SELECT c.id FROM held h JOIN community c ON h.level = 'store') AS p), '{{}}');
END $$;
"""

SEEN = """
  community_id IN (SELECT unnest(staff_places())) OR compound_id IN (SELECT unnest(staff_places()))
  OR micro_grid_id IN (SELECT unnest(staff_places())) OR building_id IN (SELECT unnest(staff_places()))
  OR body_id IN (SELECT unnest(my_bodies())) OR id IN (SELECT unnest(my_issues()))
  OR (SELECT staff_everywhere())
"""
LOOKED_AT = """
  OR community_id IN (SELECT unnest(planner_places())) OR compound_id IN (SELECT unnest(planner_places()))
"""
CASE_SEEN = "EXISTS (SELECT FROM issue i WHERE i.id = issue_id)"
FUNCTIONS = ("ring_calls(timestamptz, integer)", "planner_places()")
NEVER_BEFORE = """
CREATE OR REPLACE FUNCTION alarms_due(moment timestamptz) RETURNS boolean LANGUAGE sql STABLE
  SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT EXISTS (SELECT FROM issue_alarm WHERE rung_at IS NULL AND due_at <= moment)
$$
"""


def upgrade() -> None:
    op.execute(TABLE)
    op.execute(RING)
    op.execute(PLANNED)
    op.execute(f"CALL protect('issue_call_alarm', $p${CASE_SEEN}$p$, $p${CASE_SEEN}$p$)")
    for function in FUNCTIONS:
        op.execute(f"REVOKE EXECUTE ON FUNCTION {function} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {function} TO minqing_app")
    op.execute(f"ALTER POLICY app_sees ON issue USING ({SEEN} {LOOKED_AT})")


def downgrade() -> None:
    op.execute(f"ALTER POLICY app_sees ON issue USING ({SEEN})")
    op.execute(NEVER_BEFORE)
    for function in FUNCTIONS:
        op.execute(f"DROP FUNCTION {function}")
    op.execute("DROP INDEX issue_call_unanswered")
    op.execute("DROP TABLE issue_call_alarm")
