"""An office that logs in all at once at half past eight is no flood.

Revision ID: 0026
Revises: 0025

``try_once`` of 0024 wrote the moment itself where nothing is blocked; a log-in whose transaction had begun a moment
earlier then read that moment as the future, and was sent away. Nothing blocked is ``-infinity`` now.
"""

from __future__ import annotations

from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

FIXED = "SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp"
TRY_ONCE = f"""
CREATE OR REPLACE FUNCTION try_once(tried bytea, free integer, longest integer) RETURNS double precision
  LANGUAGE plpgsql {FIXED} AS $$
DECLARE wait double precision;
BEGIN
  INSERT INTO attempt AS a (key, failures) VALUES (tried, 1)
  ON CONFLICT (key) DO UPDATE SET
    failures = CASE WHEN a.last_at < now() - interval '1 hour' THEN 1 ELSE a.failures + 1 END,
    last_at = now(),
    blocked_until = CASE WHEN a.last_at < now() - interval '1 hour' OR a.failures + 1 < free THEN '-infinity'
      ELSE now() + least(longest, 2 ^ least(a.failures + 1 - free, 20)) * interval '1 second' END
   WHERE a.blocked_until <= now();
  IF FOUND THEN RETURN 0; END IF;
  SELECT extract(epoch FROM blocked_until - now()) INTO wait FROM attempt WHERE key = tried;
  RETURN coalesce(greatest(wait, 0.1), 0.1);
END $$
"""
FORGET = f"""
CREATE OR REPLACE FUNCTION forget_tries(cleared bytea[], shared bytea) RETURNS void LANGUAGE sql {FIXED} AS $$
  DELETE FROM attempt WHERE key = ANY(cleared);
  UPDATE attempt SET failures = greatest(failures - 1, 0), blocked_until = '-infinity' WHERE key = shared;
$$
"""


def upgrade() -> None:
    op.execute(TRY_ONCE)
    op.execute(FORGET)


def downgrade() -> None:
    """Nothing: 0024 drops both functions whichever way they were written."""
