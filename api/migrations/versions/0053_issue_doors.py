"""What goes past one asker's sight, each through a door of its own: reminders, "me too", the public list, names.

Revision ID: 0053
Revises: 0070

Each function does one thing with the owner's eyes and tells no more than its sentence says. ``ring_alarms`` is the
whole of the reminders: an alarm is rung in the transaction that writes its event, so after an outage each rings once.
"""

from __future__ import annotations

from alembic import op

revision = "0053"
down_revision = "0070"
branch_labels = None
depends_on = None

FIXED = "SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp"

DOORS = f"""
CREATE FUNCTION ring_alarms(moment timestamptz, most integer) RETURNS integer LANGUAGE plpgsql {FIXED} AS $$
DECLARE a record;
DECLARE i record;
DECLARE rung integer := 0;
BEGIN
  FOR a IN SELECT * FROM issue_alarm WHERE rung_at IS NULL AND due_at <= moment
            ORDER BY due_at, issue_id, percent LIMIT most FOR UPDATE SKIP LOCKED
  LOOP
    SELECT * INTO i FROM issue WHERE id = a.issue_id FOR UPDATE SKIP LOCKED;
    CONTINUE WHEN NOT FOUND;
    IF i.stage IS NULL OR i.stage_no <> a.stage_no OR i.clock_since IS NULL THEN
      DELETE FROM issue_alarm WHERE issue_id = a.issue_id AND stage_no = a.stage_no AND percent = a.percent;
      CONTINUE;
    END IF;
    UPDATE issue_alarm SET rung_at = moment
     WHERE issue_id = a.issue_id AND stage_no = a.stage_no AND percent = a.percent;
    CONTINUE WHEN (a.action = 'supervise' AND i.supervised)
               OR NOT EXISTS (SELECT FROM issue_step s WHERE s.action = a.action AND s.before = i.status);
    INSERT INTO issue_event (issue_id, seq, at, action, party, status, payload)
      VALUES (a.issue_id, i.version + 1, greatest(moment, i.changed_at), a.action, 'clock', i.status,
              jsonb_build_object('stage', a.stage, 'stage_no', a.stage_no, 'percent', a.percent, 'due', a.due_at));
    UPDATE issue SET urges = urges + (a.action = 'urge')::integer, supervised = supervised OR a.action = 'supervise',
           listed = listed OR a.action = 'list' WHERE id = a.issue_id;
    rung := rung + 1;
  END LOOP;
  RETURN rung;
END $$;

CREATE FUNCTION alarms_due(moment timestamptz) RETURNS boolean LANGUAGE sql STABLE {FIXED} AS $$
  SELECT EXISTS (SELECT FROM issue_alarm WHERE rung_at IS NULL AND due_at <= moment)
$$;
CREATE FUNCTION provisional_clocks() RETURNS TABLE (id uuid, stage_no integer, stage text, clock_unit text,
    clock_total_s bigint, clock_spent_s bigint, clock_since timestamptz, due_at timestamptz)
  LANGUAGE sql STABLE {FIXED} AS $$
  SELECT id, stage_no, stage, clock_unit, clock_total_s, clock_spent_s, clock_since, due_at FROM issue
   WHERE due_is_provisional AND clock_since IS NOT NULL
$$;
CREATE FUNCTION reckon_again(issue uuid, at_stage integer, due timestamptz, provisional boolean, percents integer[],
    dues timestamptz[]) RETURNS void LANGUAGE plpgsql {FIXED} AS $$
BEGIN
  UPDATE issue AS i SET due_at = due, due_is_provisional = provisional
   WHERE i.id = issue AND i.stage_no = at_stage AND i.due_is_provisional;
  UPDATE issue_alarm a SET due_at = x.due FROM unnest(percents, dues) AS x(percent, due)
   WHERE a.issue_id = issue AND a.stage_no = at_stage AND a.percent = x.percent AND a.rung_at IS NULL;
END $$;

CREATE FUNCTION staff_names(accounts uuid[]) RETURNS TABLE (account_id uuid, name text)
  LANGUAGE sql STABLE {FIXED} AS $$
  SELECT a.id, p.name FROM account a JOIN person p ON p.id = a.person_id
   WHERE a.id = ANY(accounts) AND me('person') IS NOT NULL
     AND EXISTS (SELECT FROM assignment s WHERE s.person_id = p.id AND s.role <> 'resident')
$$;

CREATE FUNCTION add_me_too(wanted text, who bytea, OUT me_too integer, OUT counted boolean)
  LANGUAGE plpgsql {FIXED} AS $$
#variable_conflict use_column
DECLARE i record;
BEGIN
  SELECT x.* INTO i FROM issue x JOIN issue_category c ON c.code = x.category AND c.public
   WHERE x.code = wanted AND x.is_open FOR UPDATE OF x;
  IF NOT FOUND THEN RETURN; END IF;
  INSERT INTO issue_me_too (issue_id, who) VALUES (i.id, add_me_too.who) ON CONFLICT DO NOTHING;
  counted := FOUND;
  me_too := i.me_too + counted::integer;
  IF counted THEN
    INSERT INTO issue_event (issue_id, seq, at, action, account_id, party, status)
      VALUES (i.id, i.version + 1, greatest(now(), i.changed_at), 'me_too', me('account'), 'neighbour', i.status);
    UPDATE issue AS x SET me_too = add_me_too.me_too WHERE x.id = i.id;
  END IF;
END $$;

CREATE FUNCTION public_issues(categories text[], statuses text[], since timestamptz, box double precision[],
    after_at timestamptz, after_code text, most integer)
  RETURNS TABLE (code text, category text, status text, reported_at timestamptz, closed_at timestamptz, community text,
    lon double precision, lat double precision, me_too integer, body text) LANGUAGE plpgsql STABLE {FIXED} AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY SELECT i.code, i.category, i.status, i.reported_at, i.closed_at, m.name,
      ST_X(ST_SnapToGrid(i.geometry, 0.001)), ST_Y(ST_SnapToGrid(i.geometry, 0.001)), i.me_too, b.name
    FROM issue i JOIN issue_category c ON c.code = i.category AND c.public JOIN community m ON m.id = i.community_id
    LEFT JOIN body b ON b.id = i.body_id
   WHERE i.status NOT IN ('reported', 'verified', 'rejected', 'void', 'merged', 'split')
     AND (categories IS NULL OR i.category = ANY(categories) OR i.top = ANY(categories))
     AND (statuses IS NULL OR i.status = ANY(statuses)) AND (since IS NULL OR i.reported_at >= since)
     AND (box IS NULL OR i.geometry && ST_MakeEnvelope(box[1], box[2], box[3], box[4], 4326))
     AND (after_at IS NULL OR (date_trunc('day', i.reported_at AT TIME ZONE 'Asia/Shanghai'), i.code)
            < (date_trunc('day', after_at AT TIME ZONE 'Asia/Shanghai'), after_code))
   ORDER BY date_trunc('day', i.reported_at AT TIME ZONE 'Asia/Shanghai') DESC, i.code DESC LIMIT least(most, 1000);
END $$;

CREATE FUNCTION public_issue(wanted text)
  RETURNS TABLE (id uuid, code text, category text, status text, reported_at timestamptz, changed_at timestamptz,
    due_at timestamptz, closed_at timestamptz, community text, lon double precision, lat double precision,
    me_too integer, body text) LANGUAGE sql STABLE {FIXED} AS $$
  SELECT i.id, i.code, i.category, i.status, i.reported_at, i.changed_at, i.due_at, i.closed_at, m.name,
      ST_X(ST_SnapToGrid(i.geometry, 0.001)), ST_Y(ST_SnapToGrid(i.geometry, 0.001)), i.me_too, b.name
    FROM issue i JOIN issue_category c ON c.code = i.category AND c.public JOIN community m ON m.id = i.community_id
    LEFT JOIN body b ON b.id = i.body_id
   WHERE i.code = wanted AND i.status NOT IN ('reported', 'verified', 'rejected', 'void', 'merged', 'split')
$$;

CREATE FUNCTION tidy_issues(before timestamptz) RETURNS integer LANGUAGE plpgsql {FIXED} AS $$
DECLARE gone integer;
BEGIN
  DELETE FROM issue_outbox WHERE at < before;
  DELETE FROM issue_quota WHERE window_start < before - interval '1 day';
  DELETE FROM photo WHERE issue_id IS NULL AND created_at < before - interval '30 days';
  GET DIAGNOSTICS gone = ROW_COUNT;
  RETURN gone;
END $$;
CREATE INDEX issue_public_day ON issue ((date_trunc('day', reported_at AT TIME ZONE 'Asia/Shanghai')) DESC, code DESC);
CREATE INDEX issue_provisional ON issue (id) WHERE due_is_provisional;
"""
FUNCTIONS = (
    "ring_alarms(timestamptz, integer)",
    "alarms_due(timestamptz)",
    "provisional_clocks()",
    "reckon_again(uuid, integer, timestamptz, boolean, integer[], timestamptz[])",
    "staff_names(uuid[])",
    "add_me_too(text, bytea)",
    "public_issues(text[], text[], timestamptz, double precision[], timestamptz, text, integer)",
    "public_issue(text)",
    "tidy_issues(timestamptz)",
)


def upgrade() -> None:
    op.execute(DOORS)
    for function in FUNCTIONS:
        op.execute(f"REVOKE EXECUTE ON FUNCTION {function} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {function} TO minqing_app")


def downgrade() -> None:
    for function in FUNCTIONS:
        op.execute(f"DROP FUNCTION {function}")
    op.execute("DROP INDEX issue_public_day")
    op.execute("DROP INDEX issue_provisional")
