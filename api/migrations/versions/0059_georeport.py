"""What GeoReport v2 brings besides a report is kept, an address alone finds its building, and one's own is told whole.

Revision ID: 0059
Revises: 0104

A request that came by Open311 is told by its code from the first: whoever knows the code posted it, and a client that
has just posted asks for nothing else. The list still holds nothing that an office has not accepted.
"""

from __future__ import annotations

from alembic import op

revision = "0059"
down_revision = "0104"
branch_labels = None
depends_on = None

FIXED = "SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp"
SEEN = "'reported', 'verified', 'rejected', 'void', 'merged', 'split'"
MINE = "EXISTS (SELECT FROM issue_reporter r WHERE r.issue_id = issue_georeport.issue_id)"
TABLE = """
CREATE TABLE issue_georeport (
  issue_id uuid PRIMARY KEY REFERENCES issue ON DELETE CASCADE,
  media_url text NOT NULL DEFAULT '' CHECK (length(media_url) <= 1000),
  email_sealed bytea CHECK (length(email_sealed) <= 400),
  device_id text NOT NULL DEFAULT '' CHECK (length(device_id) <= 100)
);
COMMENT ON TABLE issue_georeport IS 'Seen like the reporter of the case: by its offices and by whoever posted it.';
"""
ADDRESS = f"""
CREATE FUNCTION building_at(said text, OUT lon double precision, OUT lat double precision, OUT fits integer)
  LANGUAGE plpgsql STABLE {FIXED} AS $$
DECLARE words text := regexp_replace(said, '[[:space:]·,,、]', '', 'g');
BEGIN
  WITH plain AS (
    SELECT b.id, b.geometry, b.code, regexp_replace(b.name, '[[:space:]]', '', 'g') AS name,
           regexp_replace(b.address, '[[:space:]]', '', 'g') AS address,
           regexp_replace(c.name, '[[:space:]]', '', 'g') AS compound,
           regexp_replace(c.address, '[[:space:]]', '', 'g') AS compound_address
      FROM building b JOIN compound c ON c.id = b.compound_id
  ), fitting AS (
    SELECT p.id, p.geometry, greatest(
        CASE WHEN p.code = words OR p.id::text = words THEN 1000 ELSE 0 END,
        CASE WHEN p.address <> '' AND strpos(words, p.address) > 0 THEN length(p.address) ELSE 0 END,
        CASE WHEN p.name <> '' AND strpos(words, p.name) > 0 AND p.compound <> '' AND strpos(words, p.compound) > 0
             THEN length(p.compound) + length(p.name) ELSE 0 END,
        CASE WHEN p.name <> '' AND strpos(words, p.name) > 0 AND p.compound_address <> ''
                  AND strpos(words, p.compound_address) > 0
             THEN length(p.compound_address) + length(p.name) ELSE 0 END) AS weight
      FROM plain p
  ), best AS (SELECT * FROM fitting WHERE weight > 0 AND weight = (SELECT max(weight) FROM fitting))
  SELECT ST_X(s.spot), ST_Y(s.spot), s.n INTO lon, lat, fits
    FROM (SELECT ST_PointOnSurface((array_agg(b.geometry))[1]) AS spot, count(*) AS n FROM best b) s;
END $$;
"""


def _one(condition: str) -> str:
    return f"""
CREATE OR REPLACE FUNCTION public_issue(wanted text)
  RETURNS TABLE (id uuid, code text, category text, status text, reported_at timestamptz, changed_at timestamptz,
    due_at timestamptz, closed_at timestamptz, community text, lon double precision, lat double precision,
    me_too integer, body text) LANGUAGE sql STABLE {FIXED} AS $$
  SELECT i.id, i.code, i.category, i.status, i.reported_at, i.changed_at, i.due_at, i.closed_at, m.name,
      ST_X(ST_SnapToGrid(i.geometry, 0.001)), ST_Y(ST_SnapToGrid(i.geometry, 0.001)), i.me_too, b.name
    FROM issue i JOIN issue_category c ON c.code = i.category AND c.public JOIN community m ON m.id = i.community_id
    LEFT JOIN body b ON b.id = i.body_id
   WHERE i.code = wanted AND {condition}
$$
"""


def upgrade() -> None:
    op.execute(TABLE)
    op.execute(f"CALL protect('issue_georeport', $p${MINE}$p$, $p${MINE}$p$)")
    op.execute("REVOKE UPDATE, DELETE ON issue_georeport FROM minqing_app")
    op.execute(ADDRESS)
    op.execute("REVOKE EXECUTE ON FUNCTION building_at(text) FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION building_at(text) TO minqing_app")
    op.execute(_one(f"(i.source = 'open311' OR i.status NOT IN ({SEEN}))"))


def downgrade() -> None:
    op.execute(_one(f"i.status NOT IN ({SEEN})"))
    op.execute("DROP FUNCTION building_at(text)")
    op.execute("DROP TABLE issue_georeport")
