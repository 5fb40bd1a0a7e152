"""Whoever came in with a password that somebody else made is told apart at every door, not on our pages only.

Revision ID: 0110
Revises: 0133

``enter_by_session`` tells of a session whether its account's password was given (0104); the service then refuses
everything but choosing another (``api.access.admission``), and the doors of tiles, which ask the store in one
statement, let nobody in. Tokens do not hang on the password.
"""

from __future__ import annotations

from alembic import op

revision = "0110"
down_revision = "0133"
branch_labels = None
depends_on = None

FIXED = "SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp"
ENTER = f"""
DROP FUNCTION enter_by_session(bytea);
CREATE FUNCTION enter_by_session(token bytea, OUT session_id uuid, OUT account_id uuid, OUT person_id uuid,
    OUT login text, OUT demo boolean, {{out}}OUT roles text[])
  LANGUAGE plpgsql {FIXED} AS $$
BEGIN
  SELECT s.id, a.id, a.person_id, a.login, a.demo{{column}} INTO session_id, account_id, person_id, login, demo{{into}}
    FROM session s JOIN account a ON a.id = s.account_id{{join}}
   WHERE s.digest = token AND s.ended_at IS NULL AND s.expires_at > now()
     AND s.seen_at > now() - interval '12 hours' AND a.active;
  IF NOT FOUND THEN RETURN; END IF;
  UPDATE session SET seen_at = now() WHERE id = session_id AND seen_at < now() - interval '5 minutes';
  roles := take_on(account_id, person_id);
END $$;
REVOKE EXECUTE ON FUNCTION enter_by_session(bytea) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION enter_by_session(bytea) TO minqing_app;
"""
TILES = """
CREATE OR REPLACE FUNCTION tile_enter(way text, digest bytea, here boolean) RETURNS text LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  admitted boolean;
BEGIN
  IF way = 'session' THEN
    SELECT e.account_id IS NOT NULL AND (here OR NOT e.demo){given} INTO admitted FROM enter_by_session(digest) e;
  ELSIF way = 'token' THEN
    SELECT e.account_id IS NOT NULL AND (here OR NOT e.demo) INTO admitted FROM enter_by_token(digest) e;
  ELSE
    admitted := here AND enter_as_visitor();
  END IF;
  IF admitted IS NOT TRUE THEN RETURN NULL; END IF;
  RETURN md5(concat_ws(' ', current_setting('app.chain', true), current_setting('app.communities', true),
    current_setting('app.compounds', true), current_setting('app.buildings', true), current_setting('app.units', true),
    current_setting('app.grids', true)));
END $$;
"""


def upgrade() -> None:
    said = {
        "out": "OUT given boolean, ",
        "column": ", coalesce(c.given, false)",
        "into": ", given",
        "join": " LEFT JOIN credential c ON c.account_id = a.id",
    }
    op.execute(ENTER.format(**said))
    op.execute(TILES.format(given=" AND NOT e.given"))


def downgrade() -> None:
    op.execute(TILES.format(given=""))
    op.execute(ENTER.format(out="", column="", into="", join=""))
