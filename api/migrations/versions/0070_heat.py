"""What heat maps count: one narrow row an issue, in the lattice of cells, kept true by trigger; and what may be told.

Revision ID: 0070
Revises: 0007

``heat_fact`` holds numbers only. The service keeps the same columns in memory, in Morton order, and before each answer
asks for the rows of transactions that its last look could not yet see (``tx``), so no answer is older than the last
commit. Who may see which of them is decided by the answers (api/heat), with the same lists as for issues; the service
can read the rows by ``heat_facts`` alone. ``heat_release`` keeps, month by month and once for all, the blocks of five
people or more that others may be told of (decision 0026).
"""

from __future__ import annotations

from alembic import op

revision = "0070"
down_revision = "0007"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE heat_name (
  no integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  what text NOT NULL CHECK (what IN ('category', 'body', 'community', 'compound', 'grid')),
  key text NOT NULL,
  UNIQUE (what, key)
);
COMMENT ON TABLE heat_name IS 'A small number for each category, body and place that an issue names.';

CREATE TABLE heat_fact (
  issue_id uuid PRIMARY KEY,
  no bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
  tx xid8 NOT NULL DEFAULT pg_current_xact_id(),
  cell bigint NOT NULL,
  at bigint NOT NULL,
  category integer NOT NULL,
  top integer NOT NULL,
  kind smallint NOT NULL,
  severity smallint NOT NULL,
  status smallint NOT NULL,
  source smallint NOT NULL,
  body integer NOT NULL,
  community integer NOT NULL,
  compound integer NOT NULL,
  grid integer NOT NULL,
  reporter integer NOT NULL DEFAULT 0,
  gone smallint NOT NULL DEFAULT 0
);
CREATE INDEX heat_fact_tx ON heat_fact (tx);
COMMENT ON COLUMN heat_fact.cell IS 'geo/heat/lattice.py; -1: the point is no place, -2: far outside its community.';
COMMENT ON COLUMN heat_fact.reporter IS 'The same number for the same reporter, 0: unknown; no way leads back.';

CREATE TABLE heat_release (
  month integer NOT NULL,
  community integer NOT NULL,
  cell bigint NOT NULL,
  size smallint NOT NULL,
  groups text[] NOT NULL,
  count integer NOT NULL,
  reporters integer NOT NULL CHECK (reporters >= 5)
);
CREATE INDEX heat_release_month ON heat_release (month);
CREATE TABLE heat_released (
  month integer PRIMARY KEY,
  untold integer NOT NULL,
  at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE heat_released IS 'Months that were told, once for all: the difference would tell of one person.';
"""

# The same lattice as geo/heat/lattice.py; a test holds the two to one another.
CELL = """
CREATE FUNCTION heat_spread(v bigint) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT (d | (d << 1)) & 1431655765 FROM (SELECT (c | (c << 2)) & 858993459 AS d FROM (
    SELECT (b | (b << 4)) & 252645135 AS c FROM (SELECT (v | (v << 8)) & 16711935 AS b) AS x) AS y) AS z
$$;
CREATE FUNCTION heat_cell(lon double precision, lat double precision) RETURNS bigint
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
  side CONSTANT bigint := 327680;
  c bigint;
  r bigint;
BEGIN
  IF NOT (abs(lon) <= 180 AND abs(lat) <= 85.05112877980659) OR (abs(lon) < 0.01 AND abs(lat) < 0.01) THEN
    RETURN -1;
  END IF;
  c := least(greatest(floor((lon + 180) / 360 * side)::bigint, 0), side - 1);
  r := least(greatest(floor((0.5 - asinh(tan(radians(lat))) / (2 * pi())) * side)::bigint, 0), side - 1);
  RETURN (heat_spread(c / 5) | (heat_spread(r / 5) << 1)) * 25 + r % 5 * 5 + c % 5;
END $$;
"""

KINDS = "'{request,event,hazard,component}'::text[]"
STATES = (
    "'{reported,verified,accepted,filed,dispatched,returned,claimed,handling,handled,checked,closed,surveyed,reopened,"
    "rejected,merged,split,void}'::text[]"
)
SOURCES = "'{resident,grid_worker,patrol,hotline,desk,open311,import}'::text[]"
FIXED = "SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp"

WRITE = f"""
CREATE FUNCTION heat_write(wanted uuid[]) RETURNS void LANGUAGE plpgsql {FIXED} AS $$
BEGIN
  INSERT INTO heat_name (what, key)
    SELECT DISTINCT n.what, n.key FROM issue i CROSS JOIN LATERAL (VALUES ('category', i.category), ('category', i.top),
      ('body', i.body_id::text), ('community', i.community_id::text), ('compound', i.compound_id::text),
      ('grid', i.micro_grid_id::text)) AS n(what, key)
     WHERE (wanted IS NULL OR i.id = ANY(wanted)) AND n.key IS NOT NULL
       AND NOT EXISTS (SELECT FROM heat_name h WHERE h.what = n.what AND h.key = n.key)
     ORDER BY 1, 2
    ON CONFLICT DO NOTHING;
  INSERT INTO heat_fact AS f (issue_id, cell, at, category, top, kind, severity, status, source, body, community,
      compound, grid, reporter, gone)
    SELECT i.id,
        CASE WHEN m.geometry && ST_Expand(i.geometry, 0.02) THEN heat_cell(ST_X(i.geometry), ST_Y(i.geometry))
             WHEN heat_cell(ST_X(i.geometry), ST_Y(i.geometry)) < 0 THEN -1 ELSE -2 END,
        floor(extract(epoch FROM i.reported_at))::bigint, c.no, t.no, array_position({KINDS}, i.kind), i.severity,
        array_position({STATES}, i.status), array_position({SOURCES}, i.source), coalesce(b.no, 0), q.no,
        coalesce(p.no, 0), coalesce(g.no, 0),
        coalesce(hashtext(coalesce(encode(r.phone_digest, 'hex'), r.account_id::text, r.person_id::text)), 0), 0
      FROM issue i
      JOIN community m ON m.id = i.community_id
      JOIN heat_name c ON c.what = 'category' AND c.key = i.category
      JOIN heat_name t ON t.what = 'category' AND t.key = i.top
      JOIN heat_name q ON q.what = 'community' AND q.key = i.community_id::text
      LEFT JOIN heat_name b ON b.what = 'body' AND b.key = i.body_id::text
      LEFT JOIN heat_name p ON p.what = 'compound' AND p.key = i.compound_id::text
      LEFT JOIN heat_name g ON g.what = 'grid' AND g.key = i.micro_grid_id::text
      LEFT JOIN issue_reporter r ON r.issue_id = i.id
     WHERE wanted IS NULL OR i.id = ANY(wanted)
    ON CONFLICT (issue_id) DO UPDATE SET tx = pg_current_xact_id(), cell = excluded.cell, at = excluded.at,
      category = excluded.category, top = excluded.top, kind = excluded.kind, severity = excluded.severity,
      status = excluded.status, source = excluded.source, body = excluded.body, community = excluded.community,
      compound = excluded.compound, grid = excluded.grid, reporter = excluded.reporter, gone = 0
    WHERE (f.cell, f.at, f.category, f.top, f.kind, f.severity, f.status, f.source, f.body, f.community, f.compound,
           f.grid, f.reporter, f.gone)
      IS DISTINCT FROM (excluded.cell, excluded.at, excluded.category, excluded.top, excluded.kind, excluded.severity,
           excluded.status, excluded.source, excluded.body, excluded.community, excluded.compound, excluded.grid,
           excluded.reporter, excluded.gone);
END $$;
COMMENT ON FUNCTION heat_write IS 'Bring the facts of these issues, or of all, to what the issues say.';

CREATE FUNCTION heat_rebuild() RETURNS void LANGUAGE plpgsql {FIXED} AS $$
BEGIN
  PERFORM heat_write(NULL);
  UPDATE heat_fact f SET gone = 1, tx = pg_current_xact_id()
   WHERE gone = 0 AND NOT EXISTS (SELECT FROM issue i WHERE i.id = f.issue_id);
END $$;

CREATE FUNCTION heat_follow_issue() RETURNS trigger LANGUAGE plpgsql {FIXED} AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    UPDATE heat_fact SET gone = 1, tx = pg_current_xact_id() WHERE issue_id IN (SELECT id FROM went);
  ELSE
    PERFORM heat_write((SELECT array_agg(id) FROM came));
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER heat_issue_added AFTER INSERT ON issue REFERENCING NEW TABLE AS came
  FOR EACH STATEMENT EXECUTE FUNCTION heat_follow_issue();
CREATE TRIGGER heat_issue_changed AFTER UPDATE ON issue REFERENCING NEW TABLE AS came
  FOR EACH STATEMENT EXECUTE FUNCTION heat_follow_issue();
CREATE TRIGGER heat_issue_removed AFTER DELETE ON issue REFERENCING OLD TABLE AS went
  FOR EACH STATEMENT EXECUTE FUNCTION heat_follow_issue();

CREATE FUNCTION heat_follow_reporter() RETURNS trigger LANGUAGE plpgsql {FIXED} AS $$
BEGIN
  PERFORM heat_write((SELECT array_agg(issue_id) FROM came));
  RETURN NULL;
END $$;
CREATE TRIGGER heat_reporter_added AFTER INSERT ON issue_reporter REFERENCING NEW TABLE AS came
  FOR EACH STATEMENT EXECUTE FUNCTION heat_follow_reporter();
"""

READ = f"""
CREATE FUNCTION heat_facts(since xid8) RETURNS TABLE (no bigint, cell bigint, at bigint, category integer, top integer,
    kind smallint, severity smallint, status smallint, source smallint, body integer, community integer,
    compound integer, grid integer, reporter integer, gone smallint) LANGUAGE sql STABLE {FIXED} AS $$
  SELECT no, cell, at, category, top, kind, severity, status, source, body, community, compound, grid, reporter, gone
    FROM heat_fact WHERE tx >= since
$$;
CREATE FUNCTION heat_look(since xid8, OUT horizon text, OUT fresh boolean, OUT everywhere boolean, OUT places text[],
    OUT bodies text[]) LANGUAGE plpgsql STABLE {FIXED} AS $$
BEGIN
  horizon := pg_snapshot_xmin(pg_current_snapshot())::text;
  fresh := EXISTS (SELECT FROM heat_fact WHERE tx >= since);
  everywhere := staff_everywhere();
  places := staff_places()::text[];
  bodies := my_bodies()::text[];
END $$;
CREATE FUNCTION heat_keep(told_month integer, left_over integer, blocks jsonb) RETURNS boolean
LANGUAGE plpgsql {FIXED} AS $$
BEGIN
  INSERT INTO heat_released (month, untold) VALUES (told_month, left_over) ON CONFLICT DO NOTHING;
  IF NOT FOUND THEN RETURN false; END IF;
  INSERT INTO heat_release (month, community, cell, size, groups, count, reporters)
    SELECT told_month, b.community, b.cell, b.size, b.groups, b.count, b.reporters
      FROM jsonb_to_recordset(blocks) AS b(community integer, cell bigint, size smallint, groups text[], count integer,
                                           reporters integer);
  RETURN true;
END $$;
"""
POLICIES = {
    "heat_name": ("true", "false"),
    "heat_fact": ("false", "false"),
    "heat_release": ("true", "false"),
    "heat_released": ("true", "false"),
}
CLOSED = ("heat_write(uuid[])", "heat_rebuild()")
OPEN = ("heat_facts(xid8)", "heat_look(xid8)", "heat_keep(integer, integer, jsonb)")


def upgrade() -> None:
    op.execute(TABLES)
    op.execute(CELL)
    op.execute(WRITE)
    op.execute(READ)
    for table, (seen, changed) in POLICIES.items():
        op.execute(f"CALL protect('{table}', $p${seen}$p$, $p${changed}$p$)")
    for function in (*CLOSED, *OPEN):
        op.execute(f"REVOKE EXECUTE ON FUNCTION {function} FROM PUBLIC")
    for function in OPEN:
        op.execute(f"GRANT EXECUTE ON FUNCTION {function} TO minqing_app")
    op.execute("SELECT heat_rebuild()")


def downgrade() -> None:
    for trigger in ("heat_issue_added", "heat_issue_changed", "heat_issue_removed"):
        op.execute(f"DROP TRIGGER {trigger} ON issue")
    op.execute("DROP TRIGGER heat_reporter_added ON issue_reporter")
    for function in (
        *CLOSED,
        *OPEN,
        "heat_follow_issue()",
        "heat_follow_reporter()",
        "heat_cell(double precision, double precision)",
        "heat_spread(bigint)",
    ):
        op.execute(f"DROP FUNCTION {function}")
    op.execute("DROP TABLE heat_released, heat_release, heat_fact, heat_name")
