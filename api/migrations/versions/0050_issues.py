"""Issues as rows: what was reported where, an event for everything done to it, and what is due of whom.

Revision ID: 0050
Revises: 0080

The events are the truth; the columns of ``issue`` that say how it stands follow from the newest event by trigger, and
the service may not write them otherwise. The trigger also knows every step that can be (``issue_step``), so that no
program, ours included, takes a case from a state to one it can not reach.
"""

from __future__ import annotations

from alembic import op

revision = "0050"
down_revision = "0080"
branch_labels = None
depends_on = None

STATES = (
    "'reported','verified','accepted','filed','dispatched','returned','claimed','handling','handled','checked',"
    "'closed','surveyed','reopened','rejected','merged','split','void'"
)

TABLES = f"""
CREATE TABLE issue_category (
  code text PRIMARY KEY CHECK (code ~ '^[a-z][a-z0-9_]{{0,39}}(\\.[a-z][a-z0-9_]{{0,39}})?$'),
  parent text REFERENCES issue_category,
  kind text NOT NULL CHECK (kind IN ('request', 'event', 'hazard', 'component')),
  zh text NOT NULL CHECK (length(zh) BETWEEN 1 AND 40),
  en text NOT NULL CHECK (length(en) BETWEEN 1 AND 80),
  icon text NOT NULL DEFAULT 'dot' CHECK (icon ~ '^[a-z0-9-]{{1,40}}$'),
  severity smallint NOT NULL DEFAULT 2 CHECK (severity BETWEEN 1 AND 4),
  public boolean NOT NULL DEFAULT true,
  proof boolean NOT NULL DEFAULT true,
  active boolean NOT NULL DEFAULT true,
  rank integer NOT NULL DEFAULT 0,
  CHECK ((parent IS NULL) = (strpos(code, '.') = 0))
);
COMMENT ON COLUMN issue_category.public IS 'Shown on the public map; disputes between people are not.';
COMMENT ON COLUMN issue_category.proof IS 'Handling has to be proved by a photo.';

CREATE TABLE body (
  id uuid PRIMARY KEY DEFAULT uuid7(),
  kind text NOT NULL CHECK (kind IN ('department', 'property_firm', 'social_organisation', 'office')),
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
  name_en text NOT NULL DEFAULT '' CHECK (length(name_en) <= 200),
  subdistrict_id uuid REFERENCES subdistrict,
  active boolean NOT NULL DEFAULT true,
  UNIQUE NULLS NOT DISTINCT (subdistrict_id, name)
);
CREATE TABLE body_member (
  body_id uuid NOT NULL REFERENCES body ON DELETE CASCADE,
  person_id uuid NOT NULL REFERENCES person,
  PRIMARY KEY (body_id, person_id)
);
CREATE INDEX body_member_person_id ON body_member (person_id);

CREATE TABLE routing_rule (
  id uuid PRIMARY KEY DEFAULT uuid7(),
  rank integer NOT NULL,
  category text REFERENCES issue_category,
  kind text CHECK (kind IN ('request', 'event', 'hazard', 'component')),
  subdistrict_id uuid REFERENCES subdistrict,
  community_id uuid REFERENCES community,
  compound_id uuid,
  body_id uuid NOT NULL REFERENCES body,
  note text NOT NULL DEFAULT '' CHECK (length(note) <= 200)
);
CREATE INDEX routing_rule_rank ON routing_rule (rank, id);
COMMENT ON TABLE routing_rule IS 'Read by rank, id: the first rule whose every named condition holds decides.';

CREATE TABLE issue_limit (
  version integer NOT NULL,
  category text REFERENCES issue_category,
  severity smallint CHECK (severity BETWEEN 1 AND 4),
  stage text NOT NULL
    CHECK (stage IN ('verify','accept','file','dispatch','claim','handle','check','close','survey','arrive')),
  amount integer NOT NULL CHECK (amount BETWEEN 1 AND 10000),
  unit text NOT NULL CHECK (unit IN ('working_hours', 'working_days', 'calendar_days', 'hours')),
  UNIQUE NULLS NOT DISTINCT (version, category, severity, stage)
);
CREATE TABLE issue_limit_version (
  version integer PRIMARY KEY,
  since timestamptz NOT NULL,
  note text NOT NULL DEFAULT '' CHECK (length(note) <= 200)
);
CREATE TABLE issue_rung (
  percent integer PRIMARY KEY CHECK (percent BETWEEN 1 AND 1000),
  action text NOT NULL CHECK (action IN ('remind', 'warn', 'urge', 'supervise', 'list'))
);

CREATE TABLE issue (
  id uuid PRIMARY KEY,
  code text NOT NULL UNIQUE CHECK (code ~ '^[0-9A-Z]{{10}}$'),
  kind text NOT NULL CHECK (kind IN ('request', 'event', 'hazard', 'component')),
  top text NOT NULL REFERENCES issue_category,
  category text NOT NULL REFERENCES issue_category,
  severity smallint NOT NULL CHECK (severity BETWEEN 1 AND 4),
  title text NOT NULL DEFAULT '' CHECK (length(title) <= 100),
  description text NOT NULL DEFAULT '' CHECK (length(description) <= 2000),
  address text NOT NULL DEFAULT '' CHECK (length(address) <= 200),
  geometry geometry(Point, 4326) NOT NULL CHECK (geometry_is_sound(geometry)),
  accuracy_m real CHECK (accuracy_m BETWEEN 0 AND 100000),
  located text NOT NULL DEFAULT 'gps' CHECK (located IN ('gps', 'pin', 'photo', 'address')),
  datum text NOT NULL DEFAULT 'wgs84' CHECK (datum IN ('wgs84', 'cgcs2000', 'gcj02', 'bd09')),
  raw_x double precision NOT NULL,
  raw_y double precision NOT NULL,
  floor integer CHECK (floor BETWEEN -20 AND 200),
  subdistrict_id uuid NOT NULL REFERENCES subdistrict,
  community_id uuid NOT NULL REFERENCES community,
  compound_id uuid,
  building_id uuid,
  micro_grid_id uuid,
  place_is_open boolean NOT NULL DEFAULT false,
  source text NOT NULL CHECK (source IN ('resident', 'grid_worker', 'patrol', 'hotline', 'desk', 'open311', 'import')),
  reported_at timestamptz NOT NULL,
  occurred_at timestamptz NOT NULL,
  clock_skew_s integer NOT NULL DEFAULT 0,
  split_from uuid REFERENCES issue,
  wants_proof boolean NOT NULL DEFAULT true,
  photos smallint NOT NULL DEFAULT 0,
  routed_body_id uuid REFERENCES body,
  -- from here on: how it stands, kept by the trigger below
  status text NOT NULL DEFAULT 'reported' CHECK (status IN ({STATES})),
  version integer NOT NULL DEFAULT 0,
  is_open boolean NOT NULL DEFAULT true,
  body_id uuid REFERENCES body,
  stage text CHECK (stage IN ('verify','accept','file','dispatch','claim','handle','check','close','survey')),
  stage_no integer NOT NULL DEFAULT 1,
  stage_since timestamptz NOT NULL,
  due_at timestamptz,
  due_is_provisional boolean NOT NULL DEFAULT false,
  clock_unit text CHECK (clock_unit IN ('working_hours', 'working_days', 'calendar_days', 'hours')),
  clock_total_s bigint,
  clock_spent_s bigint NOT NULL DEFAULT 0,
  clock_since timestamptz,
  changed_at timestamptz NOT NULL,
  closed_at timestamptz,
  supervised boolean NOT NULL DEFAULT false,
  listed boolean NOT NULL DEFAULT false,
  suspended_until date,
  suspended_by uuid,
  waiting boolean NOT NULL DEFAULT false,
  solved_on_spot boolean NOT NULL DEFAULT false,
  final boolean NOT NULL DEFAULT false,
  urges smallint NOT NULL DEFAULT 0,
  returns smallint NOT NULL DEFAULT 0,
  reworks smallint NOT NULL DEFAULT 0,
  reopens smallint NOT NULL DEFAULT 0,
  extensions smallint NOT NULL DEFAULT 0,
  me_too integer NOT NULL DEFAULT 0,
  lates smallint NOT NULL DEFAULT 0,
  satisfaction smallint CHECK (satisfaction BETWEEN 1 AND 5),
  merged_into uuid REFERENCES issue,
  parts smallint NOT NULL DEFAULT 0,
  handlers uuid[] NOT NULL DEFAULT '{{}}',
  handling_body_id uuid,
  words text GENERATED ALWAYS AS (lower(code || ' ' || title || ' ' || description || ' ' || address)) STORED
);
COMMENT ON COLUMN issue.place_is_open IS 'The circle of accuracy crosses a boundary; nobody has said yet which side.';
COMMENT ON COLUMN issue.lates IS 'How many stages ran over their limit.';

CREATE TABLE issue_event (
  issue_id uuid NOT NULL REFERENCES issue,
  seq integer NOT NULL,
  id uuid NOT NULL UNIQUE DEFAULT uuid7(),
  at timestamptz NOT NULL,
  action text NOT NULL CHECK (action ~ '^[a-z_]{{2,20}}$'),
  account_id uuid,
  party text NOT NULL CHECK (party ~ '^[a-z_]{{2,20}}$'),
  body_id uuid,
  status text NOT NULL CHECK (status IN ({STATES})),
  reason text NOT NULL DEFAULT '' CHECK (length(reason) <= 1000),
  payload jsonb NOT NULL DEFAULT '{{}}' CHECK (length(payload::text) <= 4000),
  PRIMARY KEY (issue_id, seq)
);
CREATE INDEX issue_event_at ON issue_event (at);
CREATE TABLE issue_step (
  action text NOT NULL,
  before text NOT NULL,
  after text NOT NULL,
  PRIMARY KEY (action, before, after)
);

CREATE TABLE issue_reporter (
  issue_id uuid PRIMARY KEY REFERENCES issue,
  account_id uuid,
  person_id uuid,
  name_sealed bytea CHECK (length(name_sealed) <= 400),
  phone_sealed bytea CHECK (length(phone_sealed) <= 400),
  phone_digest bytea CHECK (length(phone_digest) = 32),
  phone_tail text NOT NULL DEFAULT '' CHECK (length(phone_tail) <= 4),
  address text NOT NULL DEFAULT '' CHECK (length(address) <= 64),
  follow_digest bytea UNIQUE CHECK (length(follow_digest) = 32)
);
CREATE INDEX issue_reporter_account_id ON issue_reporter (account_id);
CREATE TABLE issue_receipt (
  issue_id uuid PRIMARY KEY REFERENCES issue,
  digest bytea NOT NULL CHECK (length(digest) = 32),
  answer jsonb NOT NULL
);
CREATE TABLE issue_me_too (
  issue_id uuid NOT NULL REFERENCES issue,
  who bytea NOT NULL CHECK (length(who) = 32),
  at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (issue_id, who)
);
CREATE TABLE issue_call (
  issue_id uuid NOT NULL REFERENCES issue,
  body_id uuid NOT NULL REFERENCES body,
  called_at timestamptz NOT NULL,
  hours integer NOT NULL CHECK (hours BETWEEN 1 AND 240),
  due_at timestamptz NOT NULL,
  arrived_at timestamptz,
  account_id uuid,
  PRIMARY KEY (issue_id, body_id)
);
CREATE INDEX issue_call_body_id ON issue_call (body_id);
CREATE TABLE issue_message (
  id uuid PRIMARY KEY,
  issue_id uuid NOT NULL REFERENCES issue,
  at timestamptz NOT NULL DEFAULT now(),
  account_id uuid,
  body_id uuid,
  party text NOT NULL CHECK (party ~ '^[a-z_]{{2,20}}$'),
  words text NOT NULL CHECK (length(words) BETWEEN 1 AND 2000)
);
CREATE INDEX issue_message_issue_id ON issue_message (issue_id, at);

CREATE TABLE issue_alarm (
  issue_id uuid NOT NULL REFERENCES issue,
  stage_no integer NOT NULL,
  stage text NOT NULL,
  percent integer NOT NULL,
  action text NOT NULL CHECK (action IN ('remind', 'warn', 'urge', 'supervise', 'list')),
  due_at timestamptz NOT NULL,
  rung_at timestamptz,
  PRIMARY KEY (issue_id, stage_no, percent)
);
CREATE INDEX issue_alarm_due ON issue_alarm (due_at) WHERE rung_at IS NULL;
COMMENT ON TABLE issue_alarm IS 'The queue of reminders: each at most once a case, stage and rung, by its key.';

CREATE TABLE photo (
  id uuid PRIMARY KEY,
  issue_id uuid REFERENCES issue,
  moment text NOT NULL DEFAULT 'before' CHECK (moment IN ('before', 'after', 'other')),
  owner_id uuid,
  address text NOT NULL DEFAULT '' CHECK (length(address) <= 64),
  total integer NOT NULL CHECK (total BETWEEN 1 AND 20971520),
  received integer NOT NULL DEFAULT 0 CHECK (received BETWEEN 0 AND total),
  ready boolean NOT NULL DEFAULT false,
  digest bytea CHECK (length(digest) = 32),
  width integer,
  height integer,
  taken_at timestamptz,
  taken geometry(Point, 4326),
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX photo_issue_id ON photo (issue_id);
CREATE INDEX photo_loose ON photo (created_at) WHERE issue_id IS NULL;
CREATE TABLE photo_part (
  photo_id uuid NOT NULL REFERENCES photo ON DELETE CASCADE,
  start integer NOT NULL,
  bytes bytea NOT NULL,
  PRIMARY KEY (photo_id, start)
);
CREATE TABLE photo_body (
  photo_id uuid NOT NULL REFERENCES photo ON DELETE CASCADE,
  size text NOT NULL CHECK (size IN ('full', 'thumb')),
  bytes bytea NOT NULL,
  PRIMARY KEY (photo_id, size)
);
ALTER TABLE photo_part ALTER COLUMN bytes SET STORAGE EXTERNAL;
ALTER TABLE photo_body ALTER COLUMN bytes SET STORAGE EXTERNAL;

CREATE TABLE issue_quota (
  key bytea NOT NULL CHECK (length(key) = 32),
  window_start timestamptz NOT NULL,
  used integer NOT NULL DEFAULT 0,
  PRIMARY KEY (key, window_start)
);
CREATE TABLE issue_outbox (
  seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  tx xid8 NOT NULL DEFAULT pg_current_xact_id(),
  at timestamptz NOT NULL DEFAULT clock_timestamp(),
  issue_id uuid NOT NULL,
  version integer NOT NULL
);
CREATE INDEX issue_outbox_tx ON issue_outbox (tx, seq);
CREATE INDEX issue_outbox_at ON issue_outbox (at);
"""

INDEXES = """
CREATE INDEX issue_geometry ON issue USING gist (geometry);
CREATE INDEX issue_words ON issue USING gin (pairs(words));
CREATE INDEX issue_new ON issue (reported_at DESC, id DESC);
CREATE INDEX issue_due ON issue (due_at, id) WHERE due_at IS NOT NULL AND is_open;
CREATE INDEX issue_subdistrict_new ON issue (subdistrict_id, reported_at DESC, id DESC);
CREATE INDEX issue_community_new ON issue (community_id, reported_at DESC, id DESC);
CREATE INDEX issue_compound_new ON issue (compound_id, reported_at DESC, id DESC);
CREATE INDEX issue_grid_new ON issue (micro_grid_id, reported_at DESC, id DESC);
CREATE INDEX issue_building_new ON issue (building_id, reported_at DESC, id DESC);
CREATE INDEX issue_body_new ON issue (body_id, reported_at DESC, id DESC);
CREATE INDEX issue_category_new ON issue (category, reported_at DESC, id DESC);
CREATE INDEX issue_top_new ON issue (top, reported_at DESC, id DESC);
CREATE INDEX issue_status_new ON issue (status, reported_at DESC, id DESC);
CREATE INDEX issue_kind_new ON issue (kind, severity, reported_at DESC, id DESC);
CREATE INDEX issue_open_new ON issue (reported_at DESC, id DESC) WHERE is_open;
CREATE INDEX issue_supervised_new ON issue (reported_at DESC, id DESC) WHERE supervised;
CREATE INDEX issue_listed_new ON issue (reported_at DESC, id DESC) WHERE listed;
CREATE INDEX issue_suspended_new ON issue (reported_at DESC, id DESC) WHERE suspended_until IS NOT NULL;
CREATE INDEX issue_reopened_new ON issue (reported_at DESC, id DESC) WHERE reopens > 0;
CREATE INDEX issue_merged_into ON issue (merged_into) WHERE merged_into IS NOT NULL;
CREATE INDEX issue_split_from ON issue (split_from) WHERE split_from IS NOT NULL;
"""

EVENTS = """
CREATE FUNCTION issue_event_decides() RETURNS trigger LANGUAGE plpgsql
  SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE stood record;
BEGIN
  SELECT status, version INTO stood FROM issue WHERE id = NEW.issue_id FOR UPDATE;
  IF NEW.seq <> stood.version + 1 THEN
    RAISE EXCEPTION 'the case has moved on: event % follows %', NEW.seq, stood.version
      USING ERRCODE = 'unique_violation', CONSTRAINT = 'issue_event_in_order', TABLE = 'issue_event';
  END IF;
  IF NOT (NEW.seq = 1 AND NEW.action IN ('report', 'part'))
     AND NOT EXISTS (SELECT FROM issue_step s WHERE s.action = NEW.action AND s.before = stood.status
                                                AND s.after = NEW.status) THEN
    RAISE EXCEPTION 'no % leads from % to %', NEW.action, stood.status, NEW.status
      USING ERRCODE = 'check_violation', CONSTRAINT = 'issue_event_is_a_step', TABLE = 'issue_event';
  END IF;
  UPDATE issue SET status = NEW.status, version = NEW.seq, changed_at = NEW.at,
         is_open = NEW.status NOT IN ('closed', 'surveyed', 'rejected', 'merged', 'split', 'void')
   WHERE id = NEW.issue_id;
  INSERT INTO issue_outbox (issue_id, version) VALUES (NEW.issue_id, NEW.seq);
  RETURN NULL;
END $$;
CREATE TRIGGER issue_event_decides AFTER INSERT ON issue_event
  FOR EACH ROW EXECUTE FUNCTION issue_event_decides();

CREATE FUNCTION issue_event_stays() RETURNS trigger LANGUAGE plpgsql
  SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  RAISE EXCEPTION 'events are only ever added' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER issue_event_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON issue_event
  FOR EACH STATEMENT EXECUTE FUNCTION issue_event_stays();
"""

MADE = (
    "issue_outbox, issue_quota, photo_body, photo_part, photo, issue_alarm, issue_message, issue_call, issue_me_too,"
    " issue_receipt, issue_reporter, issue_step, issue_event, issue, issue_rung, issue_limit_version, issue_limit,"
    " routing_rule, body_member, body, issue_category"
)


def upgrade() -> None:
    op.execute(TABLES)
    op.execute(INDEXES)
    op.execute(EVENTS)


def downgrade() -> None:
    op.execute(f"DROP TABLE {MADE}")
    op.execute("DROP FUNCTION issue_event_decides()")
    op.execute("DROP FUNCTION issue_event_stays()")
