"""An edit is written in one call, which holds the plan's row no longer than that.

Revision ID: 0034
Revises: 0054

An edit is done and proved before anything is locked. ``plan_write`` takes the plan's row, sees that the community is
still at the version on which the edit was proved, and writes grids, members, log, event and version; where somebody
was faster it writes nothing and says so, and the edit is done anew on top. ``plan_project`` is the part that maps and
counts read. Both run with the asker's own rights.
"""

from __future__ import annotations

from alembic import op

revision = "0034"
down_revision = "0054"
branch_labels = None
depends_on = None

# A key that names a grid of another plan or community is not taken over. Units that a draft has added stand in the
# places only once the plan is published.
PROJECT = """
CREATE FUNCTION plan_project(wanted uuid, place uuid,
    grids uuid[], homes uuid[], names text[], los integer[], his integer[], counts integer[], locks boolean[],
    shapes bytea[], gone uuid[], touched uuid[],
    members uuid[], owners uuid[], member_los integer[], member_his integer[])
  RETURNS integer LANGUAGE plpgsql AS $$
DECLARE put integer := 0;
BEGIN
  IF cardinality(grids) > 0 THEN
    INSERT INTO micro_grid AS m
      (id, plan_id, community_id, compound_id, name, floor_lo, floor_hi, households, locked, geometry)
    SELECT g.id, wanted, place, c.id, g.name, g.lo, g.hi, g.households, g.locked,
           ST_Multi(ST_GeomFromWKB(g.shape, 4326))
      FROM unnest(grids, homes, names, los, his, counts, locks, shapes)
        AS g(id, home, name, lo, hi, households, locked, shape)
      LEFT JOIN compound c ON c.id = g.home AND c.community_id = place
        ON CONFLICT (id) DO UPDATE SET compound_id = excluded.compound_id, name = excluded.name,
           floor_lo = excluded.floor_lo, floor_hi = excluded.floor_hi, households = excluded.households,
           locked = excluded.locked, geometry = excluded.geometry
     WHERE m.plan_id = excluded.plan_id AND m.community_id = excluded.community_id;
    GET DIAGNOSTICS put = ROW_COUNT;
    IF put < cardinality(grids) THEN RETURN put; END IF;
  END IF;
  IF cardinality(touched) > 0 THEN
    DELETE FROM plan_member b WHERE b.plan_id = wanted AND b.unit_id = ANY(touched);
    INSERT INTO plan_member (plan_id, unit_id, community_id, micro_grid_id, floors)
    SELECT wanted, u.id, place, m.owner, m.floors
      FROM (SELECT a.unit, a.owner, int4range(a.lo, a.hi, '[]') AS floors
              FROM unnest(members, owners, member_los, member_his) AS a(unit, owner, lo, hi)) m
      JOIN unit u ON u.id = m.unit AND u.community_id = place
       AND m.floors && int4range(u.floor_lo, u.floor_hi, '[]');
  END IF;
  IF cardinality(gone) > 0 THEN
    DELETE FROM micro_grid m WHERE m.plan_id = wanted AND m.community_id = place AND m.id = ANY(gone);
  END IF;
  RETURN put;
END $$;
"""
# An operation that is about another one of the same batch was numbered from ``proposed`` on; it moves along.
WRITE = """
CREATE FUNCTION plan_write(wanted uuid, place uuid, expected integer, proposed integer, edit uuid, tab uuid,
    verbs text[], arguments text[], abouts integer[], deltas text[], marks text[],
    grids uuid[], homes uuid[], names text[], los integer[], his integer[], counts integer[], locks boolean[],
    shapes bytea[], gone uuid[], touched uuid[],
    members uuid[], owners uuid[], member_los integer[], member_his integer[],
    OUT written boolean, OUT put integer, OUT first integer, OUT event bigint, OUT kept integer, OUT who text,
    OUT at timestamptz)
  LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE taken record;
DECLARE sheet record;
DECLARE last integer;
BEGIN
  SELECT t.state, t.version, t.events INTO taken FROM plan_take(wanted, place) t;
  SELECT s.version, s.state_version INTO sheet FROM plan_sheet s
   WHERE s.plan_id = wanted AND s.community_id = place;
  written := taken.state = 'draft' AND sheet.version = expected
    AND NOT EXISTS (SELECT FROM plan_run r WHERE r.plan_id = wanted AND r.state IN ('waiting', 'running'))
    AND NOT EXISTS (SELECT FROM plan_operation o WHERE o.plan_id = wanted AND o.edit_id = edit);
  IF written IS NOT TRUE THEN
    written := false;
    RETURN;
  END IF;
  first := taken.version + 1;
  last := taken.version + cardinality(verbs);
  event := taken.events + 1;
  kept := sheet.state_version;
  at := now();
  who := coalesce((SELECT p.name FROM person p WHERE p.id = me('person')), '');
  put := plan_project(wanted, place, grids, homes, names, los, his, counts, locks, shapes, gone, touched,
                      members, owners, member_los, member_his);
  IF put < cardinality(grids) THEN RETURN; END IF;
  INSERT INTO plan_operation
    (plan_id, version, community_id, edit_id, client, verb, arguments, about, delta, touched, account_id, who, at)
  SELECT wanted, first + a.n::integer - 1, place, edit, tab, a.verb, a.arguments::jsonb,
         CASE WHEN a.about >= proposed THEN a.about - proposed + first ELSE a.about END, a.delta::jsonb,
         ARRAY(SELECT jsonb_array_elements_text(a.marks::jsonb)), me('account'), plan_write.who, plan_write.at
    FROM unnest(verbs, arguments, abouts, deltas, marks)
         WITH ORDINALITY AS a(verb, arguments, about, delta, marks, n);
  INSERT INTO plan_event (plan_id, number, community_id, kind, data) VALUES (wanted, event, place, 'edit',
    jsonb_build_object('version', last, 'base', expected, 'client', coalesce(tab::text, '')));
  PERFORM plan_advance(wanted, place, cardinality(verbs), 1);
  UPDATE plan_sheet s SET version = last WHERE s.plan_id = wanted AND s.community_id = place;
END $$;
"""
OPERATIONS = "text[], text[], integer[], text[], text[]"
GRIDS = "uuid[], uuid[], text[], integer[], integer[], integer[], boolean[], bytea[], uuid[], uuid[]"
MEMBERS = "uuid[], uuid[], integer[], integer[]"
CALLED = (
    f"plan_project(uuid, uuid, {GRIDS}, {MEMBERS})",
    f"plan_write(uuid, uuid, integer, integer, uuid, uuid, {OPERATIONS}, {GRIDS}, {MEMBERS})",
)


def upgrade() -> None:
    op.execute(PROJECT)
    op.execute(WRITE)
    for name in CALLED:
        op.execute(f"REVOKE EXECUTE ON FUNCTION {name} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {name} TO minqing_app")


def downgrade() -> None:
    for name in reversed(CALLED):
        op.execute(f"DROP FUNCTION {name}")
