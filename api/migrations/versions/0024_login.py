"""What logging in needs of the tables that nobody may read: one function a question.

Revision ID: 0024
Revises: 0023

``try_once`` counts an attempt before it is judged, so that a flood can not slip in between judging and counting; the
caller takes the count back when the attempt was good.
"""

from __future__ import annotations

from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

FIXED = "SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp"

FUNCTIONS = {
    "try_once(bytea, integer, integer)": f"""
CREATE FUNCTION try_once(tried bytea, free integer, longest integer) RETURNS double precision
  LANGUAGE plpgsql {FIXED} AS $$
DECLARE wait double precision;
BEGIN
  INSERT INTO attempt AS a (key, failures) VALUES (tried, 1)
  ON CONFLICT (key) DO UPDATE SET
    failures = CASE WHEN a.last_at < now() - interval '1 hour' THEN 1 ELSE a.failures + 1 END,
    last_at = now(),
    blocked_until = CASE WHEN a.last_at < now() - interval '1 hour' OR a.failures + 1 < free THEN now()
      ELSE now() + least(longest, 2 ^ least(a.failures + 1 - free, 20)) * interval '1 second' END
   WHERE a.blocked_until <= now();
  IF FOUND THEN RETURN 0; END IF;
  SELECT extract(epoch FROM blocked_until - now()) INTO wait FROM attempt WHERE key = tried;
  RETURN coalesce(greatest(wait, 0.1), 0.1);
END $$""",
    "forget_tries(bytea[], bytea)": f"""
CREATE FUNCTION forget_tries(cleared bytea[], shared bytea) RETURNS void LANGUAGE sql {FIXED} AS $$
  DELETE FROM attempt WHERE key = ANY(cleared);
  UPDATE attempt SET failures = greatest(failures - 1, 0), blocked_until = now() WHERE key = shared;
$$""",
    "credential_of(text)": f"""
CREATE FUNCTION credential_of(who text, OUT account_id uuid, OUT password_hash text, OUT totp_sealed bytea,
    OUT demo boolean)
  LANGUAGE sql STABLE {FIXED} AS $$
  SELECT a.id, c.password_hash, c.totp_sealed, a.demo FROM account a LEFT JOIN credential c ON c.account_id = a.id
   WHERE a.login = who AND a.active
$$""",
    "account_of_subject(text)": f"""
CREATE FUNCTION account_of_subject(subject text) RETURNS uuid LANGUAGE sql STABLE {FIXED} AS $$
  SELECT a.id FROM account a JOIN credential c ON c.account_id = a.id WHERE c.oidc_subject = subject AND a.active
$$""",
    "use_totp(uuid, bigint)": f"""
CREATE FUNCTION use_totp(whose uuid, step bigint) RETURNS boolean LANGUAGE plpgsql {FIXED} AS $$
BEGIN
  UPDATE credential SET totp_used = step WHERE account_id = whose AND totp_used < step;
  RETURN FOUND;
END $$""",
    "open_session(uuid, bytea, text, text)": f"""
CREATE FUNCTION open_session(whose uuid, token bytea, device text, address text) RETURNS uuid
  LANGUAGE sql {FIXED} AS $$
  INSERT INTO session (account_id, digest, device, address, expires_at)
  SELECT id, token, left(device, 200), address, now() + interval '7 days' FROM account WHERE id = whose AND active
  RETURNING id
$$""",
    "store_password(uuid, text)": f"""
CREATE FUNCTION store_password(whose uuid, hash text) RETURNS boolean LANGUAGE plpgsql {FIXED} AS $$
BEGIN
  IF whose IS DISTINCT FROM me('account')
     AND NOT coalesce((SELECT may_manage(person_id) FROM account WHERE id = whose), false) THEN RETURN false; END IF;
  INSERT INTO credential (account_id, password_hash) VALUES (whose, hash)
  ON CONFLICT (account_id) DO UPDATE SET password_hash = excluded.password_hash, changed_at = now();
  UPDATE session SET ended_at = now() WHERE account_id = whose AND ended_at IS NULL
     AND id IS DISTINCT FROM nullif(current_setting('app.session', true), '')::uuid;
  RETURN true;
END $$""",
    "store_totp(bytea)": f"""
CREATE FUNCTION store_totp(sealed bytea) RETURNS void LANGUAGE sql {FIXED} AS $$
  INSERT INTO credential (account_id, totp_sealed) VALUES (me('account'), sealed)
  ON CONFLICT (account_id) DO UPDATE SET totp_sealed = excluded.totp_sealed, totp_used = 0, changed_at = now()
$$""",
    "session_lives(uuid)": f"""
CREATE FUNCTION session_lives(which uuid) RETURNS boolean LANGUAGE sql STABLE {FIXED} AS $$
  SELECT EXISTS (SELECT FROM session s JOIN account a ON a.id = s.account_id
    WHERE s.id = which AND s.ended_at IS NULL AND s.expires_at > now() AND a.active)
$$""",
}


def upgrade() -> None:
    for name, body in FUNCTIONS.items():
        op.execute(body)
        op.execute(f"REVOKE EXECUTE ON FUNCTION {name} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {name} TO minqing_app")


def downgrade() -> None:
    for name in FUNCTIONS:
        op.execute(f"DROP FUNCTION {name}")
