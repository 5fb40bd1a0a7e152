"""Every table is closed to the service but for the rows of the asker's jurisdiction.

Revision ID: 0022
Revises: 0021

FORCE binds the owner too, who then has a policy of its own: migrations, loads and the triggers below run as the owner
and see everything. The triggers keep counts and nesting across jurisdictions (a community that gains a building changes
its district's totals), so they run with the owner's eyes and a fixed search_path.
"""

from __future__ import annotations

from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def within(kind: str, field: str) -> str:
    """The condition that ``field`` is in the asker's list; the same text as SQL's ``within``."""
    return f"((SELECT whole('{kind}')) OR {field} IN (SELECT unnest(scope('{kind}'))))"


def either(*conditions: str) -> str:
    """Any of the conditions."""
    return " OR ".join(conditions)


PLACED_IN_MANAGED = either(
    within("managed", "community_id"),
    f"(community_id IS NULL AND {within('managed', 'subdistrict_id')})",
    f"(community_id IS NULL AND subdistrict_id IS NULL AND {within('managed', 'district_id')})",
)
MANAGES = "(SELECT coalesce(current_setting('app.managed', true), '') <> '')"
GRANTS = "role IN (SELECT unnest(nullif(current_setting('app.grants', true), '')::text[]))"
SERVES_IN_SIGHT = "EXISTS (SELECT FROM assignment a WHERE a.person_id = {person})"
OWN_ACCOUNT = "account_id = (SELECT me('account'))"
EDITABLE = within("editable", "community_id")

# table: (what the service sees, what it may change)
POLICIES = {
    "district": (within("chain", "id"), "(SELECT whole('editable'))"),
    "subdistrict": (within("chain", "id"), within("editable", "district_id")),
    "community": (either(within("communities", "id"), within("chain", "id")), within("editable", "subdistrict_id")),
    "compound": (either(within("communities", "community_id"), within("compounds", "id")), EDITABLE),
    "building": (either(within("communities", "community_id"), within("buildings", "id")), EDITABLE),
    "unit": (either(within("communities", "community_id"), within("units", "id")), EDITABLE),
    "floor": (either(within("homes", "community_id"), within("floors", "id")), EDITABLE),
    "household": (either(within("homes", "community_id"), within("floors", "floor_id")), EDITABLE),
    "plan": (
        either(
            within("communities", "community_id"),
            within("chain", "id"),
            f"(community_id IS NULL AND {within('chain', 'subdistrict_id')})",
        ),
        either(EDITABLE, f"(community_id IS NULL AND {within('editable', 'subdistrict_id')})"),
    ),
    "micro_grid": (either(within("communities", "community_id"), within("grids", "id")), EDITABLE),
    "plan_member": (either(within("communities", "community_id"), within("grids", "micro_grid_id")), EDITABLE),
    # Roads, rivers, parks: on every paper map.
    "barrier": ("true", "(SELECT whole('editable'))"),
    "area": ("true", "(SELECT whole('editable'))"),
    "role": ("true", "false"),
    "person": (
        either(
            "id = (SELECT me('person'))",
            within("people", "community_id"),
            within("tended", "floor_id"),
            SERVES_IN_SIGHT.format(person="person.id"),
        ),
        either(within("managed", "community_id"), f"(community_id IS NULL AND {MANAGES})"),
    ),
    "assignment": (
        either("person_id = (SELECT me('person'))", PLACED_IN_MANAGED, within("grids", "place_id")),
        f"({PLACED_IN_MANAGED}) AND {GRANTS}",
    ),
    "account": (
        either(
            "id = (SELECT me('account'))",
            f"({MANAGES} AND {SERVES_IN_SIGHT.format(person='account.person_id')})",
        ),
        "may_manage(person_id)",
    ),
    "session": (OWN_ACCOUNT, OWN_ACCOUNT),
    "access_token": (OWN_ACCOUNT, OWN_ACCOUNT),
    "credential": ("false", "false"),
    "attempt": ("false", "false"),
    "store_setting": ("false", "false"),
}

# Nobody takes over somebody who also serves elsewhere or higher: all that the person holds has to be ours to grant.
MAY_MANAGE = f"""
CREATE FUNCTION may_manage(whose uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
  SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT coalesce(bool_and(({PLACED_IN_MANAGED}) AND {GRANTS}), false)
    FROM assignment WHERE person_id = whose AND (until IS NULL OR until > now())
$$;
REVOKE EXECUTE ON FUNCTION may_manage(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION may_manage(uuid) TO minqing_app;
"""

GRANTED = """
REVOKE ALL ON credential, attempt, store_setting FROM minqing_app;
REVOKE INSERT, UPDATE, DELETE ON role, session FROM minqing_app;
REVOKE UPDATE, DELETE ON assignment, access_token FROM minqing_app;
REVOKE DELETE ON person, account FROM minqing_app;
GRANT UPDATE (ended_at) ON session TO minqing_app;
GRANT UPDATE (ended_at) ON access_token TO minqing_app;
GRANT UPDATE (until, post) ON assignment TO minqing_app;
"""

TRIGGERS = """
DO $$ DECLARE trigger_function regprocedure;
BEGIN
  FOR trigger_function IN
    SELECT p.oid FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace AND p.prorettype = 'trigger'::regtype
       AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
  LOOP
    EXECUTE format('ALTER FUNCTION %s {how}', trigger_function);
  END LOOP;
END $$;
"""

# Row-level security asks its own question first, unless the other condition is known not to leak what it is shown.
# These three compare bounding boxes, arrays and cut words into pairs; none raises by content. Only a superuser may say
# so: elsewhere maps and search stay right but slow, and the start-up check says that (decision 0012).
LEAKPROOF = """
DO $$ BEGIN
  IF (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN
    ALTER FUNCTION geometry_overlaps(geometry, geometry) {how};
    ALTER FUNCTION pg_catalog.arraycontains(anyarray, anyarray) {how};
    ALTER FUNCTION pairs(text) {how};
    {then}
  END IF;
END $$;
"""
WAS_LEAKPROOF = """
CREATE FUNCTION was_leakproof() RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
  SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT EXISTS (SELECT FROM store_setting WHERE name = 'leakproof' AND value = 'true')
$$;
"""
REMEMBER = "INSERT INTO store_setting VALUES ('leakproof', 'true') ON CONFLICT DO NOTHING;"


def upgrade() -> None:
    op.execute(MAY_MANAGE)
    for table, (seen, changed) in POLICIES.items():
        op.execute(f"CALL protect('{table}', $p${seen}$p$, $p${changed}$p$)")
    op.execute(GRANTED)
    op.execute(WAS_LEAKPROOF)
    op.execute(TRIGGERS.replace("{how}", "SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp"))
    op.execute(LEAKPROOF.replace("{how}", "LEAKPROOF").replace("{then}", REMEMBER))


def downgrade() -> None:
    op.execute(LEAKPROOF.replace("{how}", "NOT LEAKPROOF").replace("{then}", ""))
    op.execute(TRIGGERS.replace("{how}", "SECURITY INVOKER RESET search_path"))
    for table in POLICIES:
        for policy in ("owner_all", "app_sees", "app_adds", "app_changes", "app_removes"):
            op.execute(f"DROP POLICY {policy} ON {table}")
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO minqing_app")
    op.execute("DROP FUNCTION may_manage(uuid)")
    op.execute("DROP FUNCTION was_leakproof()")
