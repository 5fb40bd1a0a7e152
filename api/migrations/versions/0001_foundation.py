"""What every table leans on: extensions, time-ordered keys, sound geometry.

Revision ID: 0001
Revises:
"""

from __future__ import annotations

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# RFC 9562, version 7: 48 bits of milliseconds, then chance. Keys made in order lie in order on the disk.
UUID7 = """
CREATE FUNCTION uuid7() RETURNS uuid LANGUAGE sql VOLATILE PARALLEL SAFE AS $$
  SELECT encode(
    set_bit(set_bit(overlay(
      uuid_send(gen_random_uuid())
      PLACING substring(int8send((extract(epoch FROM clock_timestamp()) * 1000)::bigint) FROM 3) FROM 1 FOR 6
    ), 52, 1), 53, 1), 'hex')::uuid
$$;
"""

# PostGIS accepts points at NaN and rings of a million vertices; the store does not. NaN sorts above every
# number in PostgreSQL, so BETWEEN refuses it. The vertex cap is what keeps ST_Covers affordable.
SOUND = """
CREATE FUNCTION geometry_is_sound(shape geometry) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT NOT ST_IsEmpty(shape)
     AND ST_NPoints(shape) <= 20000
     AND ST_XMin(shape) BETWEEN -180 AND 180 AND ST_XMax(shape) BETWEEN -180 AND 180
     AND ST_YMin(shape) BETWEEN -90 AND 90 AND ST_YMax(shape) BETWEEN -90 AND 90
     AND ST_IsValid(shape)
$$;
"""


# The service's role owns nothing (api.embedded.roles); what later steps create it may use, under their policies.
GRANTS = """
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'minqing_app') THEN
    CREATE ROLE minqing_app LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE;
  END IF;
END $$;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO minqing_app;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE ON SEQUENCES TO minqing_app;
GRANT USAGE ON SCHEMA public TO minqing_app;
GRANT SELECT ON alembic_version TO minqing_app;
"""


def upgrade() -> None:
    op.execute(GRANTS)
    for extension in ("postgis", "btree_gist", "pg_trgm"):
        op.execute(f"CREATE EXTENSION IF NOT EXISTS {extension}")
    op.execute(UUID7)
    op.execute(SOUND)


def downgrade() -> None:
    op.execute("DROP FUNCTION geometry_is_sound(geometry)")
    op.execute("DROP FUNCTION uuid7()")
    op.execute("ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE ALL ON TABLES FROM minqing_app")
    op.execute("ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE ALL ON SEQUENCES FROM minqing_app")
