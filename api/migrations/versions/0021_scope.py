"""Who is asking, and what they may see: written into the transaction, gone with it.

Revision ID: 0021
Revises: 0020

``enter`` takes the digest of a cookie or a token and sets one list a kind of place (``app.communities``, ``app.units``
…) with ``set_config(…, true)``. A connection that goes back to the pool therefore forgets its user; unset, empty and
garbage lists all read as nobody (an empty list, or an error). ``*`` stands for the whole store and is set here only.

The lists:
  chain        places whose name and outline one may read: the jurisdiction and everything above it
  communities  communities seen whole; below them compounds, buildings, units, floors, grids are listed one by one
  homes        communities whose floors and doors one sees; people: whose residents (below them: floors, tended)
  editable     places in which one may change places and plans; managed: assignments and accounts; audited: events
"""

from __future__ import annotations

from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

FIXED = "SET search_path = pg_catalog, public, pg_temp"

READING = """
CREATE FUNCTION scope(list text) RETURNS uuid[] LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT coalesce(nullif(nullif(current_setting('app.' || list, true), ''), '*')::uuid[], '{}')
$$;
CREATE FUNCTION whole(list text) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT coalesce(current_setting('app.' || list, true) = '*', false)
$$;
CREATE FUNCTION me(what text) RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT nullif(current_setting('app.' || what, true), '')::uuid
$$;
"""

# Both halves are evaluated once a statement: an InitPlan and a hashed subplan, so that a row costs one probe however
# long the list is, and the plan is led by the query's own conditions (decision 0012 has the figures).
WITHIN = """
CREATE FUNCTION within(list text, field text) RETURNS text LANGUAGE sql IMMUTABLE STRICT AS $$
  SELECT format('((SELECT whole(%L)) OR %I IN (SELECT unnest(scope(%L))))', list, field, list)
$$;
"""

PROTECT = """
CREATE PROCEDURE protect(target regclass, seen text, changed text DEFAULT 'false') LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', target);
  EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', target);
  EXECUTE format('CREATE POLICY owner_all ON %s TO CURRENT_USER USING (true) WITH CHECK (true)', target);
  EXECUTE format('CREATE POLICY app_sees ON %s FOR SELECT TO minqing_app USING (%s)', target, seen);
  EXECUTE format('CREATE POLICY app_adds ON %s FOR INSERT TO minqing_app WITH CHECK (%s)', target, changed);
  EXECUTE format('CREATE POLICY app_changes ON %s FOR UPDATE TO minqing_app USING (%s) WITH CHECK (%s)',
                 target, changed, changed);
  EXECUTE format('CREATE POLICY app_removes ON %s FOR DELETE TO minqing_app USING (%s)', target, changed);
END $$;
COMMENT ON PROCEDURE protect IS 'Row-level security for one table: what the service sees and what it may change.';
"""

# In plpgsql, whose plans live as long as the connection: planning this anew took ten times as long as running it.
LISTS = f"""
CREATE FUNCTION lists_of(whose uuid) RETURNS TABLE (list text, ids text) LANGUAGE plpgsql STABLE {FIXED} AS $$
#variable_conflict use_column
BEGIN
IF whose IS NULL THEN
  RETURN QUERY SELECT n.list, '' FROM (VALUES {{names}}, ('grants'), ('roles')) AS n(list);
  RETURN;
END IF;
RETURN QUERY WITH held AS MATERIALIZED (
  SELECT a.level, a.place_id, r.* FROM assignment a JOIN role r ON r.name = a.role
   WHERE a.person_id = whose AND a.since <= now() AND (a.until IS NULL OR a.until > now())
), community_of AS (
  SELECT h.name AS role, c.id, c.subdistrict_id FROM held h JOIN community c ON c.id = h.place_id
   WHERE h.level = 'community'
  UNION ALL SELECT h.name, c.id, c.subdistrict_id FROM held h JOIN community c ON c.subdistrict_id = h.place_id
   WHERE h.level = 'subdistrict'
  UNION ALL SELECT h.name, c.id, c.subdistrict_id FROM held h JOIN subdistrict s ON s.district_id = h.place_id
    JOIN community c ON c.subdistrict_id = s.id WHERE h.level = 'district'
), span AS (
  SELECT role, id FROM community_of
  UNION ALL SELECT h.name, h.place_id FROM held h WHERE h.level IN ('subdistrict', 'district')
  UNION ALL SELECT h.name, s.id FROM held h JOIN subdistrict s ON s.district_id = h.place_id WHERE h.level = 'district'
), unit_of AS (
  SELECT h.name AS role, u.id, u.building_id, int4range(u.floor_lo, u.floor_hi, '[]') AS floors
    FROM held h JOIN unit u ON u.id = h.place_id WHERE h.level = 'unit'
  UNION ALL SELECT h.name, u.id, u.building_id, int4range(u.floor_lo, u.floor_hi, '[]')
    FROM held h JOIN unit u ON u.building_id = h.place_id WHERE h.level = 'building'
  UNION ALL SELECT h.name, u.id, u.building_id, int4range(u.floor_lo, u.floor_hi, '[]')
    FROM held h JOIN building b ON b.compound_id = h.place_id JOIN unit u ON u.building_id = b.id
   WHERE h.level = 'compound'
  UNION ALL SELECT h.name, u.id, u.building_id, m.floors
    FROM held h JOIN plan_member m ON m.micro_grid_id = h.place_id JOIN unit u ON u.id = m.unit_id
   WHERE h.level = 'micro_grid'
), building_of AS (
  SELECT u.role, b.id, b.compound_id, b.community_id FROM unit_of u JOIN building b ON b.id = u.building_id
  UNION ALL SELECT h.name, b.id, b.compound_id, b.community_id FROM held h JOIN building b ON b.id = h.place_id
   WHERE h.level = 'building'
  UNION ALL SELECT h.name, b.id, b.compound_id, b.community_id FROM held h JOIN building b ON b.compound_id = h.place_id
   WHERE h.level = 'compound'
), compound_of AS (
  SELECT role, compound_id AS id, community_id FROM building_of
  UNION ALL SELECT h.name, c.id, c.community_id FROM held h JOIN compound c ON c.id = h.place_id
   WHERE h.level = 'compound'
), above AS (
  SELECT role, id AS community_id, subdistrict_id FROM community_of
  UNION ALL SELECT o.role, o.community_id, c.subdistrict_id FROM compound_of o JOIN community c ON c.id = o.community_id
), chained AS (
  SELECT role, community_id AS id FROM above
  UNION SELECT role, subdistrict_id FROM above
  UNION SELECT a.role, s.district_id FROM above a JOIN subdistrict s ON s.id = a.subdistrict_id
  UNION SELECT role, id FROM span
  UNION SELECT s.role, d.district_id FROM span s JOIN subdistrict d ON d.id = s.id
  UNION SELECT h.name, m.plan_id FROM held h JOIN micro_grid m ON m.id = h.place_id WHERE h.level = 'micro_grid'
), gathered AS (
  SELECT 'chain' AS list, c.id FROM chained c JOIN role r ON r.name = c.role AND r.places
  UNION SELECT 'communities', c.id FROM community_of c JOIN role r ON r.name = c.role AND r.places
  UNION SELECT 'homes', c.id FROM community_of c JOIN role r ON r.name = c.role AND r.homes
  UNION SELECT 'people', c.id FROM community_of c JOIN role r ON r.name = c.role AND r.people
  UNION SELECT 'editable', s.id FROM span s JOIN role r ON r.name = s.role AND r.edits
  UNION SELECT 'managed', s.id FROM span s JOIN role r ON r.name = s.role AND r.manages
  UNION SELECT 'audited', s.id FROM span s JOIN role r ON r.name = s.role AND r.audits
  UNION SELECT 'compounds', c.id FROM compound_of c JOIN role r ON r.name = c.role AND r.places
  UNION SELECT 'buildings', b.id FROM building_of b JOIN role r ON r.name = b.role AND r.places
  UNION SELECT 'units', u.id FROM unit_of u JOIN role r ON r.name = u.role AND r.places
  UNION SELECT 'floors', f.id FROM unit_of u JOIN role r ON r.name = u.role AND r.homes
    JOIN floor f ON f.unit_id = u.id AND u.floors @> f.number
  UNION SELECT 'tended', f.id FROM unit_of u JOIN role r ON r.name = u.role AND r.people
    JOIN floor f ON f.unit_id = u.id AND u.floors @> f.number
  UNION SELECT 'grids', h.place_id FROM held h WHERE h.level = 'micro_grid' AND h.places
), everywhere AS (
  SELECT bool_or(places) AS places, bool_or(homes) AS homes, bool_or(people) AS people, bool_or(edits) AS edits,
         bool_or(manages) AS manages, bool_or(audits) AS audits FROM held WHERE level = 'store'
)
SELECT n.list,
       CASE WHEN (n.list IN ('chain', 'communities') AND e.places) OR (n.list = 'homes' AND e.homes)
              OR (n.list = 'people' AND e.people) OR (n.list = 'editable' AND e.edits)
              OR (n.list = 'managed' AND e.manages) OR (n.list = 'audited' AND e.audits) THEN '*'
            ELSE coalesce((SELECT array_agg(g.id)::text FROM gathered g WHERE g.list = n.list), '') END
  FROM (VALUES {{names}}) AS n(list) CROSS JOIN everywhere e
UNION ALL SELECT 'grants', coalesce((SELECT array_agg(DISTINCT g)::text FROM held, unnest(grants) AS g), '')
UNION ALL SELECT 'roles', coalesce((SELECT array_agg(DISTINCT name)::text FROM held), '');
END $$;
"""

NAMES = (
    "chain",
    "communities",
    "homes",
    "people",
    "editable",
    "managed",
    "audited",
    "compounds",
    "buildings",
    "units",
    "floors",
    "tended",
    "grids",
)

# The service may call these and nothing else of what lies behind them. A session is touched at most every five
# minutes, so that reading does not write.
ENTER = f"""
CREATE FUNCTION take_on(account uuid, whose uuid) RETURNS text[] LANGUAGE plpgsql SECURITY DEFINER {FIXED} AS $$
BEGIN
  PERFORM set_config('app.' || l.list, l.ids, true) FROM lists_of(whose) l;
  PERFORM set_config('app.account', coalesce(account::text, ''), true),
          set_config('app.person', coalesce(whose::text, ''), true);
  RETURN coalesce(nullif(current_setting('app.roles'), '')::text[], '{{}}');
END $$;

CREATE FUNCTION enter_by_session(token bytea, OUT session_id uuid, OUT account_id uuid, OUT person_id uuid,
    OUT login text, OUT demo boolean, OUT roles text[])
  LANGUAGE plpgsql SECURITY DEFINER {FIXED} AS $$
BEGIN
  SELECT s.id, a.id, a.person_id, a.login, a.demo INTO session_id, account_id, person_id, login, demo
    FROM session s JOIN account a ON a.id = s.account_id
   WHERE s.digest = token AND s.ended_at IS NULL AND s.expires_at > now()
     AND s.seen_at > now() - interval '12 hours' AND a.active;
  IF NOT FOUND THEN RETURN; END IF;
  UPDATE session SET seen_at = now() WHERE id = session_id AND seen_at < now() - interval '5 minutes';
  roles := take_on(account_id, person_id);
END $$;

CREATE FUNCTION enter_by_token(token bytea, OUT account_id uuid, OUT person_id uuid, OUT login text, OUT demo boolean,
    OUT scopes text[], OUT roles text[])
  LANGUAGE plpgsql SECURITY DEFINER {FIXED} AS $$
BEGIN
  SELECT a.id, a.person_id, a.login, a.demo, t.scopes INTO account_id, person_id, login, demo, scopes
    FROM access_token t JOIN account a ON a.id = t.account_id
   WHERE t.digest = token AND t.ended_at IS NULL AND t.expires_at > now() AND a.active;
  IF NOT FOUND THEN RETURN; END IF;
  roles := take_on(account_id, person_id);
END $$;

CREATE FUNCTION enter_as_visitor() RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER {FIXED} AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM store_setting WHERE name = 'demo' AND value = 'true') THEN RETURN false; END IF;
  PERFORM take_on(NULL, NULL);
  PERFORM set_config('app.chain', '*', true), set_config('app.communities', '*', true);
  RETURN true;
END $$;
"""
PRIVATE = ("take_on(uuid, uuid)", "lists_of(uuid)")
OPEN = ("enter_by_session(bytea)", "enter_by_token(bytea)", "enter_as_visitor()")


def upgrade() -> None:
    op.execute(READING)
    op.execute(WITHIN)
    op.execute(PROTECT)
    op.execute(LISTS.replace("{names}", ", ".join(f"('{name}')" for name in NAMES)))
    op.execute(ENTER)
    for function in (*PRIVATE, *OPEN):
        op.execute(f"REVOKE EXECUTE ON FUNCTION {function} FROM PUBLIC")
    for function in OPEN:
        op.execute(f"GRANT EXECUTE ON FUNCTION {function} TO minqing_app")


def downgrade() -> None:
    for function in (*OPEN, *PRIVATE):
        op.execute(f"DROP FUNCTION {function}")
    op.execute("DROP PROCEDURE protect(regclass, text, text)")
    for function in ("within(text, text)", "me(text)", "whole(text)", "scope(text)"):
        op.execute(f"DROP FUNCTION {function}")
