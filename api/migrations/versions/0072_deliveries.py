"""Issues and rounds that come from files: entered in bulk, told as one event each, taken out again with their file.

Revision ID: 0072
Revises: 0008

A case from another system's list begins where that system left it: its first event is ``import``, and a second delivery
of the list moves it by another. Such events are judged set by set, so that ten thousand cost one look and not ten
thousand. An event is still never changed; only what a file brought, and nobody has acted on since, goes with its file.
"""

from __future__ import annotations

from alembic import op

revision = "0072"
down_revision = "0008"
branch_labels = None
depends_on = None

FIXED = "SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp"
SETTLED = "('closed', 'surveyed', 'rejected', 'merged', 'split', 'void')"

EVENTS = f"""
DROP TRIGGER issue_event_decides ON issue_event;
CREATE TRIGGER issue_event_decides AFTER INSERT ON issue_event
  FOR EACH ROW WHEN (NEW.action <> 'import') EXECUTE FUNCTION issue_event_decides();

CREATE FUNCTION issue_event_imports() RETURNS trigger LANGUAGE plpgsql {FIXED} AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM came WHERE action = 'import') THEN RETURN NULL; END IF;
  IF EXISTS (SELECT FROM came e LEFT JOIN issue i ON i.id = e.issue_id
              WHERE e.action = 'import' AND (i.source IS DISTINCT FROM 'import'
                OR (e.seq = 1 AND (i.version <> 1 OR i.status <> e.status)) OR (e.seq > 1 AND i.version <> e.seq - 1)))
  THEN
    RAISE EXCEPTION 'a list moves only the cases that it brought, each from where it stands'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'issue_event_imports', TABLE = 'issue_event';
  END IF;
  UPDATE issue i SET status = e.status, version = e.seq, changed_at = e.at, is_open = e.status NOT IN {SETTLED}
    FROM came e WHERE e.issue_id = i.id AND e.action = 'import' AND e.seq > 1;
  INSERT INTO issue_outbox (issue_id, version) SELECT issue_id, seq FROM came WHERE action = 'import';
  RETURN NULL;
END $$;
CREATE TRIGGER issue_event_imports AFTER INSERT ON issue_event REFERENCING NEW TABLE AS came
  FOR EACH STATEMENT EXECUTE FUNCTION issue_event_imports();

DROP TRIGGER issue_event_stays ON issue_event;
CREATE TRIGGER issue_event_stays BEFORE UPDATE OR TRUNCATE ON issue_event
  FOR EACH STATEMENT EXECUTE FUNCTION issue_event_stays();
CREATE FUNCTION issue_event_goes() RETURNS trigger LANGUAGE plpgsql {FIXED} AS $$
BEGIN
  IF OLD.action = 'import' AND NOT EXISTS (SELECT FROM issue_event e WHERE e.issue_id = OLD.issue_id
                                              AND e.action <> 'import') THEN RETURN OLD; END IF;
  RAISE EXCEPTION 'events are only ever added' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER issue_event_goes BEFORE DELETE ON issue_event
  FOR EACH ROW EXECUTE FUNCTION issue_event_goes();

CREATE FUNCTION take_back_issues(run uuid) RETURNS integer LANGUAGE plpgsql {FIXED} AS $$
DECLARE added uuid[];
BEGIN
  IF session_user = 'minqing_app' AND NOT EXISTS (SELECT FROM import i WHERE i.id = run
      AND (i.account_id = me('account') OR whole('editable'))) THEN RETURN 0; END IF;
  added := ARRAY(SELECT h.place_id FROM import_change h
                  WHERE h.import_id = run AND h.kind = 'issue' AND h.action = 'added');
  DELETE FROM issue_event WHERE issue_id = ANY(added);
  DELETE FROM issue WHERE id = ANY(added);
  RETURN cardinality(added);
END $$;
REVOKE EXECUTE ON FUNCTION take_back_issues(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION take_back_issues(uuid) TO minqing_app;
"""


def upgrade() -> None:
    op.execute(EVENTS)
    op.execute("ALTER TABLE import_mapping ADD COLUMN categories jsonb NOT NULL DEFAULT '{}'")


def downgrade() -> None:
    op.execute("ALTER TABLE import_mapping DROP COLUMN categories")
    op.execute("DROP FUNCTION take_back_issues(uuid)")
    op.execute("DROP TRIGGER issue_event_goes ON issue_event; DROP FUNCTION issue_event_goes()")
    op.execute("DROP TRIGGER issue_event_stays ON issue_event")
    op.execute(
        "CREATE TRIGGER issue_event_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON issue_event"
        " FOR EACH STATEMENT EXECUTE FUNCTION issue_event_stays()"
    )
    op.execute("DROP TRIGGER issue_event_imports ON issue_event; DROP FUNCTION issue_event_imports()")
    op.execute("DROP TRIGGER issue_event_decides ON issue_event")
    op.execute(
        "CREATE TRIGGER issue_event_decides AFTER INSERT ON issue_event"
        " FOR EACH ROW EXECUTE FUNCTION issue_event_decides()"
    )
