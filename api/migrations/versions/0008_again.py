"""Admits again whoever was admitted before, in the same trip that begins the transaction.

Revision ID: 0008
Revises: 0081

The caller says whom it takes the asker for, as a digest of what ``enter_by_session`` or ``enter_by_token`` answered
the last time. Everything is worked out anew; a different answer is an error (MQ001), and nothing has been admitted.
"""

from __future__ import annotations

from alembic import op

revision = "0008"
down_revision = "0081"
branch_labels = None
depends_on = None

AGAIN = """
CREATE FUNCTION enter_again(way text, token bytea, stamp text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE found text;
BEGIN
  IF way = 'session' THEN
    SELECT md5(e::text) INTO found FROM enter_by_session(token) e;
  ELSIF way = 'token' THEN
    SELECT md5(e::text) INTO found FROM enter_by_token(token) e;
  ELSIF enter_as_visitor() THEN
    found := 'visitor';
  END IF;
  IF found IS DISTINCT FROM stamp THEN
    RAISE EXCEPTION 'the asker is no longer who they were' USING ERRCODE = 'MQ001';
  END IF;
END $$;
REVOKE EXECUTE ON FUNCTION enter_again(text, bytea, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION enter_again(text, bytea, text) TO minqing_app;
"""


def upgrade() -> None:
    op.execute(AGAIN)


def downgrade() -> None:
    op.execute("DROP FUNCTION enter_again(text, bytea, text)")
