"""An office lets somebody in again who lost the phone or the password, and a post is named so that one knows it again.

Revision ID: 0111
Revises: 0110

A password that the office makes takes the second factor away with it: whoever lost the phone could not come in by the
password alone. The name of a unit or a building ("1单元") says its compound and building too, as people say it.
"""

from __future__ import annotations

from alembic import op

revision = "0111"
down_revision = "0110"
branch_labels = None
depends_on = None

FIXED = "SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp"
STORE = f"""
CREATE OR REPLACE FUNCTION store_password(whose uuid, hash text) RETURNS boolean LANGUAGE plpgsql {FIXED} AS $$
DECLARE
  by_another CONSTANT boolean := whose IS DISTINCT FROM me('account');
BEGIN
  IF by_another AND NOT coalesce((SELECT may_manage(person_id) FROM account WHERE id = whose), false) THEN
    RETURN false;
  END IF;
  INSERT INTO credential (account_id, password_hash, given) VALUES (whose, hash, by_another)
  ON CONFLICT (account_id) DO UPDATE SET password_hash = excluded.password_hash, given = excluded.given,
    changed_at = now(){{factor}};
  UPDATE session SET ended_at = now() WHERE account_id = whose AND ended_at IS NULL
     AND id IS DISTINCT FROM nullif(current_setting('app.session', true), '')::uuid;
  RETURN true;
END $$;
"""
FACTOR = ", totp_sealed = CASE WHEN NOT excluded.given THEN credential.totp_sealed END"
NAMED = f"""
CREATE OR REPLACE FUNCTION name_of_post(which uuid) RETURNS text LANGUAGE sql STABLE {FIXED} AS $$
  SELECT coalesce(
    (SELECT name FROM district WHERE id = a.place_id), (SELECT name FROM subdistrict WHERE id = a.place_id),
    (SELECT name FROM community WHERE id = a.place_id), (SELECT name FROM compound WHERE id = a.place_id),
    {{building}}, {{unit}},
    (SELECT name FROM micro_grid WHERE id = a.place_id))
    FROM assignment a WHERE a.id = which AND a.person_id = me('person')
$$;
"""
SHORT = {
    "building": "(SELECT name FROM building WHERE id = a.place_id)",
    "unit": "(SELECT name FROM unit WHERE id = a.place_id)",
}
# A building may be called after its compound already.
LONG_BUILDING = "CASE WHEN starts_with(b.name, c.name) THEN '' ELSE c.name END, b.name"
HOUSE = "building b JOIN compound c ON c.id = b.compound_id"
LONG = {
    "building": f"(SELECT concat({LONG_BUILDING}) FROM {HOUSE} WHERE b.id = a.place_id)",
    "unit": f"(SELECT concat({LONG_BUILDING}, u.name) FROM {HOUSE}"
    " JOIN unit u ON u.building_id = b.id WHERE u.id = a.place_id)",
}


def upgrade() -> None:
    op.execute(STORE.format(factor=FACTOR))
    op.execute(NAMED.format(**LONG))


def downgrade() -> None:
    op.execute(NAMED.format(**SHORT))
    op.execute(STORE.format(factor=""))
