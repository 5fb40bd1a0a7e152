"""Policies ask the transaction's lists directly, so that a statement under them costs hardly more than one without.

Revision ID: 0101
Revises: 0072

``whole``, ``scope`` and ``me`` are SQL functions: the planner opens and reads each of them anew for every statement,
and ``unnest(scope(…))`` is even worked out once more while planning, to guess its length: a district's three hundred
ids were parsed twice. Together that was more than half of what the policy cost. ``direct`` writes the same questions
with the store's own words; ``protect`` and ``within`` use it from now on, so tables to come may say it either way.
Unset and empty lists read as nobody, ``*`` as everybody, and garbage is an error, as before.
"""

from __future__ import annotations

from alembic import op

revision = "0101"
down_revision = "0072"
branch_labels = None
depends_on = None

# Only lists of whole communities are ever everybody's (0021, enter_as_visitor): the others need not be asked.
LISTED_ONLY = "compounds|buildings|units|floors|tended|grids"

DIRECT = rf"""
CREATE FUNCTION direct(condition text) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT AS $$
BEGIN
  condition := regexp_replace(condition,
    '\( ?SELECT whole\(''({LISTED_ONLY})''(::text)?\)( AS whole)?\) OR ', '', 'g');
  condition := regexp_replace(condition, 'SELECT whole\(''(\w+)''(?:::text)?\)(?: AS whole)?',
    'SELECT coalesce(current_setting(''app.\1'', true) = ''*'', false)', 'g');
  condition := regexp_replace(condition, 'SELECT unnest\(scope\(''(\w+)''(?:::text)?\)\)(?: AS unnest)?',
    'SELECT string_to_table(btrim(nullif(current_setting(''app.\1'', true), ''*''), ''{{}}''), '','')::uuid', 'g');
  RETURN regexp_replace(condition, 'SELECT me\(''(\w+)''(?:::text)?\)(?: AS me)?',
    'SELECT nullif(current_setting(''app.\1'', true), '''')::uuid', 'g');
END $$;
COMMENT ON FUNCTION direct IS 'The same condition without whole(), scope() and me(), which every plan would open.';
"""

WITHIN = """
CREATE OR REPLACE FUNCTION within(list text, field text) RETURNS text LANGUAGE sql IMMUTABLE STRICT AS $$
  SELECT {how}(format('((SELECT whole(%L)) OR %I IN (SELECT unnest(scope(%L))))', list, field, list))
$$;
"""

PROTECT = """
CREATE OR REPLACE PROCEDURE protect(target regclass, seen text, changed text DEFAULT 'false') LANGUAGE plpgsql AS $$
BEGIN
  seen := {how}(seen);
  changed := {how}(changed);
  EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', target);
  EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', target);
  EXECUTE format('CREATE POLICY owner_all ON %s TO CURRENT_USER USING (true) WITH CHECK (true)', target);
  EXECUTE format('CREATE POLICY app_sees ON %s FOR SELECT TO minqing_app USING (%s)', target, seen);
  EXECUTE format('CREATE POLICY app_adds ON %s FOR INSERT TO minqing_app WITH CHECK (%s)', target, changed);
  EXECUTE format('CREATE POLICY app_changes ON %s FOR UPDATE TO minqing_app USING (%s) WITH CHECK (%s)',
                 target, changed, changed);
  EXECUTE format('CREATE POLICY app_removes ON %s FOR DELETE TO minqing_app USING (%s)', target, changed);
END $$;
"""

REWRITTEN = r"""
DO $$ DECLARE p record;
BEGIN
  FOR p IN SELECT format('%I ON %I.%I', policyname, schemaname, tablename) AS name, qual, with_check FROM pg_policies
            WHERE concat(qual, with_check) ~ '\m(whole|scope|me)\('
  LOOP
    IF p.qual IS NOT NULL THEN EXECUTE format('ALTER POLICY %s USING (%s)', p.name, direct(p.qual)); END IF;
    IF p.with_check IS NOT NULL THEN
      EXECUTE format('ALTER POLICY %s WITH CHECK (%s)', p.name, direct(p.with_check));
    END IF;
  END LOOP;
END $$;
"""


def upgrade() -> None:
    op.execute(DIRECT)
    op.execute(WITHIN.replace("{how}", "direct"))
    op.execute(PROTECT.replace("{how}", "direct"))
    op.execute(REWRITTEN)


def downgrade() -> None:
    """The policies stay as they are: they ask the same, and the older shape does without them."""
    op.execute(PROTECT.replace("{how}", ""))
    op.execute(WITHIN.replace("{how}", ""))
    op.execute("DROP FUNCTION direct(text)")
