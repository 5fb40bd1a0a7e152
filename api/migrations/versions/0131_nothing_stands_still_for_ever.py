"""A pause ends by itself: 挂账 on its day of review, waiting for the reporter after the limit of the stage ``answer``.

Revision ID: 0131
Revises: 0130

A case put off until a day was never looked at again unless somebody thought of it, and one that waited for a reporter
who had moved away stood still for ever; neither was late, so no list showed it. The worker now lets such a clock run on
(``end_pause``), with an event of the clock's that says so.
"""

from __future__ import annotations

from alembic import op

revision = "0131"
down_revision = "0130"
branch_labels = None
depends_on = None

FIXED = "SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp"
STAGES = "'verify','accept','file','dispatch','claim','handle','check','close','survey','arrive'"
LIMITED = """
ALTER TABLE issue_limit DROP CONSTRAINT issue_limit_stage_check;
ALTER TABLE issue_limit ADD CONSTRAINT issue_limit_stage_check CHECK (stage IN ({stages}));
"""
FIVE_DAYS = """
INSERT INTO issue_limit (version, stage, amount, unit) SELECT version, 'answer', 5, 'working_days'
  FROM issue_limit_version ON CONFLICT DO NOTHING
"""
DOORS = f"""
CREATE INDEX issue_waiting ON issue (id) WHERE waiting;

CREATE FUNCTION pauses(moment timestamptz) RETURNS TABLE (id uuid, version integer, category text, severity smallint,
    clock_unit text, clock_total_s bigint, clock_spent_s bigint, review date, asked_at timestamptz)
  LANGUAGE sql STABLE {FIXED} AS $$
  SELECT i.id, i.version, i.category, i.severity, i.clock_unit, i.clock_total_s, i.clock_spent_s, i.suspended_until,
         (SELECT max(e.at) FROM issue_event e WHERE e.issue_id = i.id AND e.action = 'ask')
    FROM issue i WHERE i.is_open AND i.suspended_until <= (moment AT TIME ZONE 'Asia/Shanghai')::date
  UNION
  SELECT i.id, i.version, i.category, i.severity, i.clock_unit, i.clock_total_s, i.clock_spent_s, i.suspended_until,
         (SELECT max(e.at) FROM issue_event e WHERE e.issue_id = i.id AND e.action = 'ask')
    FROM issue i WHERE i.is_open AND i.waiting
$$;

CREATE FUNCTION end_pause(issue uuid, seen integer, moment timestamptz, since timestamptz, due timestamptz,
    provisional boolean, percents integer[], dues timestamptz[]) RETURNS boolean LANGUAGE plpgsql {FIXED} AS $$
DECLARE i record;
BEGIN
  SELECT * INTO i FROM issue AS x WHERE x.id = issue AND x.version = seen
     AND (x.waiting OR x.suspended_until IS NOT NULL) FOR UPDATE SKIP LOCKED;
  IF NOT FOUND THEN RETURN false; END IF;
  INSERT INTO issue_event (issue_id, seq, at, action, party, status, payload)
    VALUES (issue, i.version + 1, greatest(moment, i.changed_at), 'resume', 'clock', i.status,
            jsonb_build_object('since', since, 'review', i.suspended_until));
  UPDATE issue AS x SET suspended_until = NULL, suspended_by = NULL, waiting = false,
         clock_since = CASE WHEN i.clock_unit IS NULL THEN NULL ELSE since END, due_at = due,
         due_is_provisional = provisional WHERE x.id = issue;
  IF i.stage IS NOT NULL THEN
    INSERT INTO issue_alarm (issue_id, stage_no, stage, percent, action, due_at)
      SELECT issue, i.stage_no, i.stage, r.percent, r.action, x.due
        FROM issue_rung r JOIN unnest(percents, dues) AS x(percent, due) ON x.percent = r.percent
    ON CONFLICT (issue_id, stage_no, percent) DO UPDATE SET due_at = excluded.due_at WHERE issue_alarm.rung_at IS NULL;
  END IF;
  RETURN true;
END $$;
"""
FUNCTIONS = (
    "pauses(timestamptz)",
    "end_pause(uuid, integer, timestamptz, timestamptz, timestamptz, boolean, integer[], timestamptz[])",
)


def upgrade() -> None:
    op.execute(LIMITED.format(stages=f"{STAGES},'answer'"))
    op.execute(FIVE_DAYS)
    op.execute(DOORS)
    for function in FUNCTIONS:
        op.execute(f"REVOKE EXECUTE ON FUNCTION {function} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {function} TO minqing_app")


def downgrade() -> None:
    for function in FUNCTIONS:
        op.execute(f"DROP FUNCTION {function}")
    op.execute("DROP INDEX issue_waiting")
    op.execute("DELETE FROM issue_limit WHERE stage = 'answer'")
    op.execute(LIMITED.format(stages=STAGES))
