"""A log-in asks the store twice: once before the password is hashed, once after.

Revision ID: 0102
Revises: 0101

``begin_log_in`` counts the attempt under all its keys and tells what the password is judged by; a caller who has to
wait is not counted again, under no key. Counts are worth nothing after a crash, so their commit does not wait for the
disk, and sixteen people of one network do not queue behind it. ``let_in`` forgets the failures and opens the session.
"""

from __future__ import annotations

from alembic import op

revision = "0102"
down_revision = "0101"
branch_labels = None
depends_on = None

FIXED = "SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp"
FUNCTIONS = {
    "begin_log_in(bytea[], integer[], integer[], text)": f"""
CREATE FUNCTION begin_log_in(tried bytea[], free integer[], longest integer[], who text, OUT wait double precision,
    OUT account_id uuid, OUT password_hash text, OUT totp_sealed bytea, OUT demo boolean)
  LANGUAGE plpgsql {FIXED} AS $$
BEGIN
  PERFORM set_config('synchronous_commit', 'off', true);
  SELECT extract(epoch FROM max(a.blocked_until) - now()) INTO wait FROM attempt a
   WHERE a.key = ANY(tried) AND a.blocked_until > now();
  IF wait > 0 THEN
    wait := greatest(wait, 0.1);
    RETURN;
  END IF;
  SELECT max(try_once(t.key, t.free, t.longest)) INTO wait FROM unnest(tried, free, longest) AS t(key, free, longest);
  IF wait > 0 THEN RETURN; END IF;
  SELECT c.account_id, c.password_hash, c.totp_sealed, c.demo INTO account_id, password_hash, totp_sealed, demo
    FROM credential_of(who) c;
END $$""",
    "let_in(uuid, bytea, text, text, bytea[], bytea)": f"""
CREATE FUNCTION let_in(whose uuid, token bytea, device text, address text, cleared bytea[], shared bytea) RETURNS uuid
  LANGUAGE plpgsql {FIXED} AS $$
BEGIN
  PERFORM forget_tries(cleared, shared);
  RETURN open_session(whose, token, device, address);
END $$""",
}


def upgrade() -> None:
    for name, body in FUNCTIONS.items():
        op.execute(body)
        op.execute(f"REVOKE EXECUTE ON FUNCTION {name} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {name} TO minqing_app")


def downgrade() -> None:
    for name in FUNCTIONS:
        op.execute(f"DROP FUNCTION {name}")
