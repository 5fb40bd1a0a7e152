"""An auditor's own way to the events, names for those who did them, and forgetting by the clock.

Revision ID: 0100
Revises: 0060

``minqing_audit`` is a role of the database that reads the audit's two tables and nothing else, read-only; the worker
checks the chains with it every night. Who did something is an account's id in an event; an auditor is told its login
name, and only of accounts that did something where the auditor audits.

``apply_retention`` carries out the rules kept as data: for a rule of kind *k* it calls ``forget_k(before)``, so that a
capability that brings personal data of its own brings a rule and such a function with it. It never forgets ahead of
time: a moment in the future counts as now.
"""

from __future__ import annotations

from alembic import op

revision = "0100"
down_revision = "0060"
branch_labels = None
depends_on = None

FIXED = "SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp"

ROLE = """
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'minqing_audit') THEN
    CREATE ROLE minqing_audit NOSUPERUSER NOCREATEDB NOCREATEROLE;
  END IF;
END $$;
GRANT USAGE ON SCHEMA public TO minqing_audit;
GRANT SELECT ON audit_event, audit_chain TO minqing_audit;
REVOKE EXECUTE ON FUNCTION was_leakproof() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION was_leakproof() TO minqing_app;
CREATE POLICY audit_reads ON audit_event FOR SELECT TO minqing_audit USING (true);
CREATE POLICY audit_reads ON audit_chain FOR SELECT TO minqing_audit USING (true);
"""
AUDITED = "((SELECT whole('audited')) OR e.place_id IN (SELECT unnest(scope('audited'))))"
GONE = """name = '已删除', floor_id = NULL, party_member = false, phone_sealed = NULL, phone_digest = NULL,
    phone_tail = '', id_number_sealed = NULL, id_number_digest = NULL, id_number_tail = '', erased_at = now()"""

FUNCTIONS = {
    "audit_logins(uuid[])": f"""
CREATE FUNCTION audit_logins(accounts uuid[]) RETURNS TABLE (id uuid, login text) LANGUAGE sql STABLE {FIXED} AS $$
  SELECT a.id, a.login FROM account a WHERE a.id = ANY(accounts)
     AND EXISTS (SELECT FROM audit_event e WHERE e.account_id = a.id AND {AUDITED})
$$""",
    "audit_account(text)": f"""
CREATE FUNCTION audit_account(wanted text) RETURNS uuid LANGUAGE sql STABLE {FIXED} AS $$
  SELECT a.id FROM account a WHERE a.login = wanted
     AND EXISTS (SELECT FROM audit_event e WHERE e.account_id = a.id AND {AUDITED})
$$""",
    "last_audit_check()": f"""
CREATE FUNCTION last_audit_check() RETURNS TABLE (at timestamptz, details jsonb) LANGUAGE sql STABLE {FIXED} AS $$
  SELECT e.at, e.details FROM audit_event e
   WHERE e.action = 'audit.checked' AND coalesce(current_setting('app.audited', true), '') <> ''
   ORDER BY e.at DESC LIMIT 1
$$""",
    "apply_retention(timestamptz)": f"""
CREATE FUNCTION apply_retention(moment timestamptz) RETURNS TABLE (kind text, rows bigint)
  LANGUAGE plpgsql {FIXED} AS $$
DECLARE rule record;
BEGIN
  FOR rule IN SELECT r.kind, least(moment, now()) - make_interval(days => r.days) AS before FROM retention_rule r
    WHERE to_regprocedure(format('public.forget_%s(timestamptz)', r.kind)) IS NOT NULL ORDER BY r.kind
  LOOP
    EXECUTE format('SELECT public.forget_%s($1)', rule.kind) INTO rows USING rule.before;
    kind := rule.kind;
    IF rows > 0 THEN
      INSERT INTO audit_event (chain, seq, at, hash, action, kind, details)
      VALUES (0, 0, now(), '', 'retention.applied', rule.kind, jsonb_build_object('rows', rows));
    END IF;
    RETURN NEXT;
  END LOOP;
END $$""",
}
FORGETTING = {
    "session": "DELETE FROM session WHERE coalesce(ended_at, expires_at) < before",
    "access_token": "DELETE FROM access_token WHERE coalesce(ended_at, expires_at) < before",
    "attempt": "DELETE FROM attempt WHERE last_at < before",
    "person_left": f"UPDATE person SET {GONE} WHERE left_at < before AND erased_at IS NULL",
    "patrol_track": """WITH old AS (SELECT id FROM patrol WHERE ended_at < before),
    fixes AS (DELETE FROM patrol_batch WHERE patrol_id IN (SELECT id FROM old))
  DELETE FROM patrol_track WHERE patrol_id IN (SELECT id FROM old)""",
}
FORGET = """
CREATE FUNCTION forget_{kind}(before timestamptz) RETURNS bigint LANGUAGE plpgsql
  SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE touched bigint;
BEGIN
  {statement};
  GET DIAGNOSTICS touched = ROW_COUNT;
  RETURN touched;
END $$;
REVOKE EXECUTE ON FUNCTION forget_{kind}(timestamptz) FROM PUBLIC;
"""
INDEX = "CREATE INDEX audit_event_checks ON audit_event (at) WHERE action = 'audit.checked'"


def upgrade() -> None:
    op.execute(ROLE)
    op.execute(INDEX)
    for kind, statement in FORGETTING.items():
        op.execute(FORGET.format(kind=kind, statement=statement))
    for name, body in FUNCTIONS.items():
        op.execute(body)
        op.execute(f"REVOKE EXECUTE ON FUNCTION {name} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {name} TO minqing_app")


def downgrade() -> None:
    for name in FUNCTIONS:
        op.execute(f"DROP FUNCTION {name}")
    for kind in FORGETTING:
        op.execute(f"DROP FUNCTION forget_{kind}(timestamptz)")
    op.execute("DROP INDEX audit_event_checks")
    op.execute("DROP POLICY audit_reads ON audit_event")
    op.execute("DROP POLICY audit_reads ON audit_chain")
    op.execute("REVOKE ALL ON audit_event, audit_chain FROM minqing_audit")
    op.execute("REVOKE USAGE ON SCHEMA public FROM minqing_audit")
