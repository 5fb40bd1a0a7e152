"""Whose issues are whose: staff by place, bodies by dispatch, residents by their own report, nobody else.

Revision ID: 0051
Revises: 0050

The lists are worked out once a statement from the asker's own assignments, by functions that look only at
``me('person')``; where nobody has entered they are empty. ``app.issue`` names one more case, for a resident who holds
its private link and for whoever is just writing it down; ``app.held`` the case somebody has just acted on, which may
have left their hands by it.
"""

from __future__ import annotations

from alembic import op

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None

FIXED = "STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp"

SCOPE = f"""
CREATE FUNCTION staff_posts() RETURNS TABLE (role text, place_id uuid) LANGUAGE plpgsql {FIXED} AS $$
#variable_conflict use_column
BEGIN
RETURN QUERY WITH held AS MATERIALIZED (
  SELECT a.role, a.level, a.place_id FROM assignment a
   WHERE a.person_id = me('person') AND a.since <= now() AND (a.until IS NULL OR a.until > now())
     AND a.role IN ('grid_worker', 'grid_lead', 'community', 'street_office', 'district', 'administrator')
), standing AS (
  SELECT h.role, u.id FROM held h JOIN unit u ON u.id = h.place_id WHERE h.level = 'unit'
  UNION ALL SELECT h.role, u.id FROM held h JOIN unit u ON u.building_id = h.place_id WHERE h.level = 'building'
)
SELECT h.role, h.place_id FROM held h WHERE h.level IN ('community', 'compound', 'building', 'micro_grid')
UNION ALL SELECT h.role, c.id FROM held h JOIN community c ON c.subdistrict_id = h.place_id
           WHERE h.level = 'subdistrict'
UNION ALL SELECT h.role, c.id FROM held h JOIN subdistrict s ON s.district_id = h.place_id
            JOIN community c ON c.subdistrict_id = s.id WHERE h.level = 'district'
UNION ALL SELECT s.role, m.micro_grid_id FROM standing s JOIN plan_member m ON m.unit_id = s.id
            JOIN plan p ON p.id = m.plan_id AND p.state = 'published'
UNION ALL SELECT s.role, u.building_id FROM standing s JOIN unit u ON u.id = s.id
UNION ALL SELECT h.role, NULL FROM held h WHERE h.level = 'store';
END $$;

CREATE FUNCTION staff_places() RETURNS uuid[] LANGUAGE plpgsql {FIXED} AS $$
BEGIN
  RETURN coalesce((SELECT array_agg(DISTINCT p.place_id) FROM staff_posts() p WHERE p.place_id IS NOT NULL), '{{}}');
END $$;
CREATE FUNCTION staff_everywhere() RETURNS boolean LANGUAGE plpgsql {FIXED} AS $$
BEGIN
  RETURN EXISTS (SELECT FROM assignment a WHERE a.person_id = me('person') AND a.level = 'store'
    AND a.since <= now() AND (a.until IS NULL OR a.until > now())
    AND a.role IN ('grid_worker', 'grid_lead', 'community', 'street_office', 'district', 'administrator'));
END $$;
CREATE FUNCTION my_bodies() RETURNS uuid[] LANGUAGE plpgsql {FIXED} AS $$
BEGIN
  RETURN coalesce((SELECT array_agg(m.body_id) FROM body_member m WHERE m.person_id = me('person')
    AND EXISTS (SELECT FROM assignment a WHERE a.person_id = m.person_id AND a.since <= now()
      AND (a.until IS NULL OR a.until > now()) AND a.role IN ('department', 'property_firm'))), '{{}}');
END $$;
CREATE FUNCTION my_issues() RETURNS uuid[] LANGUAGE plpgsql {FIXED} AS $$
BEGIN
  RETURN coalesce((SELECT array_agg(id) FROM (
    SELECT r.issue_id AS id FROM issue_reporter r WHERE r.account_id = me('account')
    UNION ALL SELECT c.issue_id FROM issue_call c WHERE c.body_id = ANY(my_bodies())
    UNION ALL SELECT me('issue') WHERE me('issue') IS NOT NULL
    UNION ALL SELECT me('held') WHERE me('held') IS NOT NULL) AS mine), '{{}}');
END $$;
CREATE FUNCTION parties_to(issue uuid) RETURNS text[] LANGUAGE plpgsql {FIXED} AS $$
DECLARE i record;
BEGIN
  SELECT * INTO i FROM issue AS x WHERE x.id = issue;
  RETURN coalesce((SELECT array_agg(DISTINCT party) FROM (
    SELECT p.role AS party FROM staff_posts() p
     WHERE p.place_id IS NULL OR p.place_id IN (i.community_id, i.compound_id, i.building_id, i.micro_grid_id)
    UNION ALL SELECT 'body' WHERE i.body_id = ANY(my_bodies())
    UNION ALL SELECT 'called' FROM issue_call c WHERE c.issue_id = issue AND c.body_id = ANY(my_bodies())
    UNION ALL SELECT 'reporter' FROM issue_reporter r WHERE r.issue_id = issue AND r.account_id = me('account')
    UNION ALL SELECT 'reporter' WHERE me('issue') = issue) AS parties), '{{}}');
END $$;
"""

# Where a point lies, and who is answerable for it: the reporter need not see any of these places.
ROUTING = f"""
CREATE FUNCTION where_is(lon double precision, lat double precision, around_m double precision, day date,
    OUT subdistrict_id uuid, OUT community_id uuid, OUT compound_id uuid, OUT building_id uuid, OUT water boolean,
    OUT grids jsonb, OUT communities jsonb)
  LANGUAGE plpgsql {FIXED} AS $$
#variable_conflict use_column
DECLARE spot geometry := ST_SetSRID(ST_MakePoint(lon, lat), 4326);
DECLARE near geometry := ST_Expand(spot, around_m / (111000 * cos(radians(lat))), around_m / 110500);
BEGIN
  SELECT c.id, c.subdistrict_id INTO community_id, subdistrict_id FROM community c
   WHERE c.geometry && spot AND ST_Covers(c.geometry, spot) ORDER BY c.id LIMIT 1;
  SELECT c.id INTO compound_id FROM compound c
   WHERE c.geometry && spot AND ST_Covers(c.geometry, spot) AND c.community_id = where_is.community_id
   ORDER BY c.id LIMIT 1;
  IF compound_id IS NOT NULL THEN
    SELECT b.id INTO building_id FROM building b
     WHERE b.geometry && spot AND ST_Covers(b.geometry, spot) AND b.compound_id = where_is.compound_id
     ORDER BY b.id LIMIT 1;
  END IF;
  water := EXISTS (SELECT FROM area a WHERE a.kind = 'water' AND a.geometry && spot AND ST_Covers(a.geometry, spot));
  SELECT coalesce(jsonb_agg(jsonb_build_object('id', g.id, 'name', g.name, 'code', g.code,
      'community_id', g.community_id, 'compound_id', g.compound_id, 'floor_lo', g.floor_lo, 'floor_hi', g.floor_hi,
      'metres', round(g.metres::numeric, 1)) ORDER BY g.metres, g.id), '[]') INTO grids
    FROM (SELECT m.*, CASE WHEN ST_Covers(m.geometry, spot) THEN 0
                           ELSE ST_Distance(m.geometry::geography, spot::geography) END AS metres
            FROM micro_grid m JOIN plan p ON p.id = m.plan_id
           WHERE m.geometry && near AND p.state IN ('published', 'superseded') AND p.effective @> day
           ORDER BY metres, m.id LIMIT 12) AS g
   WHERE g.metres <= around_m;
  SELECT coalesce(jsonb_agg(jsonb_build_object('id', c.id, 'name', c.name, 'metres', round(c.metres::numeric, 1))
      ORDER BY c.metres, c.id), '[]') INTO communities
    FROM (SELECT m.id, m.name, CASE WHEN ST_Covers(m.geometry, spot) THEN 0
                           ELSE ST_Distance(m.geometry::geography, spot::geography) END AS metres
            FROM community m WHERE m.geometry && near) AS c
   WHERE c.metres <= around_m;
END $$;

CREATE FUNCTION body_for(category text, kind text, subdistrict uuid, community uuid, compound uuid,
    OUT body_id uuid, OUT name text, OUT name_en text, OUT rule_id uuid)
  LANGUAGE plpgsql {FIXED} AS $$
#variable_conflict use_column
BEGIN
  SELECT b.id, b.name, b.name_en, r.id INTO body_id, name, name_en, rule_id
    FROM routing_rule r JOIN body b ON b.id = r.body_id AND b.active
   WHERE (r.category IS NULL OR r.category IN (body_for.category, split_part(body_for.category, '.', 1)))
     AND (r.kind IS NULL OR r.kind = body_for.kind)
     AND (r.subdistrict_id IS NULL OR r.subdistrict_id = subdistrict)
     AND (r.community_id IS NULL OR r.community_id = community)
     AND (r.compound_id IS NULL OR r.compound_id = compound)
   ORDER BY r.rank, r.id LIMIT 1;
END $$;

CREATE FUNCTION receipt_of(issue uuid, OUT digest bytea, OUT answer jsonb) LANGUAGE plpgsql {FIXED} AS $$
BEGIN
  SELECT r.digest, r.answer INTO digest, answer FROM issue_receipt r WHERE r.issue_id = issue;
END $$;

CREATE FUNCTION near_issues(lon double precision, lat double precision, wanted text, around_m double precision)
  RETURNS TABLE (code text, category text, status text, reported_at timestamptz, me_too integer,
    metres double precision)
  LANGUAGE plpgsql {FIXED} AS $$
#variable_conflict use_column
DECLARE spot geometry := ST_SetSRID(ST_MakePoint(lon, lat), 4326);
DECLARE near geometry := ST_Expand(spot, around_m / (111000 * cos(radians(lat))), around_m / 110500);
BEGIN
  RETURN QUERY SELECT i.code, i.category, i.status, i.reported_at, i.me_too,
      ST_Distance(i.geometry::geography, spot::geography)
    FROM issue i JOIN issue_category c ON c.code = i.category AND c.public
   WHERE i.is_open AND (i.category = wanted OR i.top = wanted) AND i.geometry && near
     AND ST_Distance(i.geometry::geography, spot::geography) <= around_m
   ORDER BY 6, i.code LIMIT 10;
END $$;

CREATE FUNCTION enter_by_follow(token bytea) RETURNS uuid LANGUAGE plpgsql
  SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE found uuid;
BEGIN
  SELECT issue_id INTO found FROM issue_reporter WHERE follow_digest = token;
  PERFORM set_config('app.issue', coalesce(found::text, ''), true);
  RETURN found;
END $$;

CREATE FUNCTION attach_photos(issue uuid, wanted uuid[], at_moment text) RETURNS integer LANGUAGE plpgsql
  SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE fixed integer;
BEGIN
  IF NOT (me('issue') IS NOT DISTINCT FROM issue
      OR me('held') IS NOT DISTINCT FROM issue
      OR cardinality(parties_to(issue)) > 0) THEN RETURN 0; END IF;
  UPDATE photo SET issue_id = issue, moment = at_moment
   WHERE id = ANY(wanted) AND ready AND (issue_id IS NULL OR issue_id = issue)
     AND (owner_id IS NULL OR owner_id = me('account'));
  GET DIAGNOSTICS fixed = ROW_COUNT;
  UPDATE issue AS i SET photos = (SELECT count(*) FROM photo p WHERE p.issue_id = issue) WHERE i.id = issue;
  RETURN fixed;
END $$;

CREATE FUNCTION spend_quota(whose bytea, period interval, most integer) RETURNS double precision LANGUAGE plpgsql
  SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE start timestamptz := to_timestamp(floor(extract(epoch FROM now()) / extract(epoch FROM period))
                                          * extract(epoch FROM period));
DECLARE spent integer;
BEGIN
  INSERT INTO issue_quota AS q VALUES (whose, start, 1)
    ON CONFLICT (key, window_start) DO UPDATE SET used = q.used + 1 RETURNING used INTO spent;
  IF random() < 0.01 THEN DELETE FROM issue_quota WHERE window_start < now() - interval '2 days'; END IF;
  RETURN CASE WHEN spent <= most THEN 0 ELSE extract(epoch FROM start + period - now()) END;
END $$;
"""

SEEN = """
  community_id IN (SELECT unnest(staff_places())) OR compound_id IN (SELECT unnest(staff_places()))
  OR micro_grid_id IN (SELECT unnest(staff_places())) OR building_id IN (SELECT unnest(staff_places()))
  OR body_id IN (SELECT unnest(my_bodies())) OR id IN (SELECT unnest(my_issues()))
  OR (SELECT staff_everywhere())
"""
CASE_SEEN = "EXISTS (SELECT FROM issue i WHERE i.id = issue_id)"
STORE_WIDE = "(SELECT whole('editable'))"
OFFICE = (
    "subdistrict_id IN (SELECT c.subdistrict_id FROM community c WHERE c.id IN (SELECT unnest(scope('editable'))))"
    f" OR {STORE_WIDE}"
)
OWN_PHOTO = "owner_id = (SELECT me('account')) OR id = (SELECT me('photo'))"
PHOTO_SEEN = "EXISTS (SELECT FROM photo p WHERE p.id = photo_id)"
REPORTER_SEEN = """
  account_id = (SELECT me('account')) OR issue_id = (SELECT me('issue')) OR EXISTS (SELECT FROM issue i
   WHERE i.id = issue_id AND ((SELECT staff_everywhere()) OR i.community_id IN (SELECT unnest(staff_places()))))
"""
# table: (what the service sees, what it may change)
POLICIES = {
    "issue_category": ("true", STORE_WIDE),
    "body": ("true", OFFICE),
    "body_member": (
        f"person_id = (SELECT me('person')) OR EXISTS (SELECT FROM body b WHERE b.id = body_id AND ({OFFICE}))",
        f"EXISTS (SELECT FROM body b WHERE b.id = body_id AND ({OFFICE}))",
    ),
    "routing_rule": ("true", OFFICE),
    "issue_limit": ("true", STORE_WIDE),
    "issue_limit_version": ("true", STORE_WIDE),
    "issue_rung": ("true", STORE_WIDE),
    "issue_step": ("true", "false"),
    "issue": (SEEN, SEEN),
    "issue_event": (CASE_SEEN, CASE_SEEN),
    "issue_reporter": (
        REPORTER_SEEN,
        "issue_id = (SELECT me('issue'))",
    ),
    "issue_receipt": ("issue_id = (SELECT me('issue'))", "issue_id = (SELECT me('issue'))"),
    "issue_me_too": ("false", "false"),
    "issue_call": (CASE_SEEN, CASE_SEEN),
    "issue_message": (CASE_SEEN, CASE_SEEN),
    "issue_alarm": (CASE_SEEN, CASE_SEEN),
    "photo": (f"{OWN_PHOTO} OR (issue_id IS NOT NULL AND {CASE_SEEN})", OWN_PHOTO),
    "photo_part": (PHOTO_SEEN, PHOTO_SEEN),
    "photo_body": (PHOTO_SEEN, PHOTO_SEEN),
    "issue_quota": ("false", "false"),
    "issue_outbox": ("true", "false"),
}

# How a case stands is written by the functions below alone, which the acts of the service go through.
GRANTED = """
REVOKE UPDATE, DELETE ON issue_event FROM minqing_app;
REVOKE DELETE ON issue FROM minqing_app;
REVOKE UPDATE ON issue FROM minqing_app;
GRANT UPDATE (kind, top, category, severity, title, description, address, geometry, accuracy_m, located, floor,
  subdistrict_id, community_id, compound_id, building_id, micro_grid_id, place_is_open, routed_body_id, body_id, stage,
  stage_no, stage_since, due_at, due_is_provisional, clock_unit, clock_total_s, clock_spent_s, clock_since, closed_at,
  supervised, listed, suspended_until, suspended_by, waiting, solved_on_spot, final, urges, returns, reworks, reopens,
  extensions, me_too, lates, satisfaction, merged_into, parts, handlers, handling_body_id) ON issue TO minqing_app;
REVOKE ALL ON issue_me_too, issue_quota FROM minqing_app;
REVOKE INSERT, UPDATE, DELETE ON issue_step, issue_outbox FROM minqing_app;
REVOKE UPDATE, DELETE ON issue_reporter, issue_receipt, issue_message FROM minqing_app;
"""
FUNCTIONS = (
    "staff_posts()",
    "staff_places()",
    "staff_everywhere()",
    "my_bodies()",
    "my_issues()",
    "parties_to(uuid)",
    "where_is(double precision, double precision, double precision, date)",
    "body_for(text, text, uuid, uuid, uuid)",
    "receipt_of(uuid)",
    "near_issues(double precision, double precision, text, double precision)",
    "enter_by_follow(bytea)",
    "attach_photos(uuid, uuid[], text)",
    "spend_quota(bytea, interval, integer)",
)


def upgrade() -> None:
    op.execute(SCOPE)
    op.execute(ROUTING)
    for table, (seen, changed) in POLICIES.items():
        op.execute(f"CALL protect('{table}', $p${seen}$p$, $p${changed}$p$)")
    op.execute(GRANTED)
    for function in FUNCTIONS:
        op.execute(f"REVOKE EXECUTE ON FUNCTION {function} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {function} TO minqing_app")


def downgrade() -> None:
    for table in POLICIES:
        for policy in ("owner_all", "app_sees", "app_adds", "app_changes", "app_removes"):
            op.execute(f"DROP POLICY {policy} ON {table}")
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
    for function in reversed(FUNCTIONS):
        op.execute(f"DROP FUNCTION {function}")
