"""A password that somebody else chose is known to be one, so that the page asks its owner for their own.

Revision ID: 0104
Revises: 0073

The first password of an account is made by the office, and one that was forgotten by the command line: until its owner
has changed it, two people know it. ``credential.given`` says so; ``password_was_given`` tells it to the owner alone.
"""

from __future__ import annotations

from alembic import op

revision = "0104"
down_revision = "0073"
branch_labels = None
depends_on = None

FIXED = "SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp"
STORE = f"""
CREATE OR REPLACE FUNCTION store_password(whose uuid, hash text) RETURNS boolean LANGUAGE plpgsql {FIXED} AS $$
BEGIN
  IF whose IS DISTINCT FROM me('account')
     AND NOT coalesce((SELECT may_manage(person_id) FROM account WHERE id = whose), false) THEN RETURN false; END IF;
  INSERT INTO credential (account_id, password_hash{{column}}) VALUES (whose, hash{{value}})
  ON CONFLICT (account_id) DO UPDATE SET password_hash = excluded.password_hash{{set}}, changed_at = now();
  UPDATE session SET ended_at = now() WHERE account_id = whose AND ended_at IS NULL
     AND id IS DISTINCT FROM nullif(current_setting('app.session', true), '')::uuid;
  RETURN true;
END $$
"""
MINE = f"""
CREATE FUNCTION password_was_given() RETURNS boolean LANGUAGE sql STABLE {FIXED} AS $$
  SELECT coalesce((SELECT given FROM credential WHERE account_id = me('account')), false)
$$
"""


def upgrade() -> None:
    op.execute("ALTER TABLE credential ADD COLUMN given boolean NOT NULL DEFAULT false")
    said = {"column": ", given", "value": ", whose IS DISTINCT FROM me('account')", "set": ", given = excluded.given"}
    op.execute(STORE.format(**said))
    op.execute(MINE)
    op.execute("REVOKE EXECUTE ON FUNCTION password_was_given() FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION password_was_given() TO minqing_app")


def downgrade() -> None:
    op.execute("DROP FUNCTION password_was_given()")
    op.execute(STORE.format(column="", value="", set=""))
    op.execute("ALTER TABLE credential DROP COLUMN given")
