"""Finding a place by two characters: every name, code and address is indexed by its pairs of characters.

Revision ID: 0006
Revises: 0005

Chinese names are searched by two characters ("吉福"), and pg_trgm needs three. ``pairs`` gives each character
and each pair of neighbours; a GIN index over them narrows any query to a handful of rows, which ILIKE confirms.
"""

from __future__ import annotations

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

PAIRS = """
CREATE FUNCTION pairs(words text) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $$
  SELECT coalesce(array_agg(DISTINCT pair), '{}') FROM (
    SELECT substr(lower(words), place, size) AS pair
      FROM generate_series(1, length(words)) AS place, (VALUES (1), (2)) AS sizes(size)
  ) AS found WHERE pair !~ '\\s'
$$;
"""

SEARCHED = {
    "district": "name || ' ' || name_en || ' ' || coalesce(code, '')",
    "subdistrict": "name || ' ' || name_en || ' ' || coalesce(code, '')",
    "community": "name || ' ' || name_en || ' ' || coalesce(code, '')",
    "compound": "name || ' ' || name_en || ' ' || address || ' ' || coalesce(code, '')",
    "building": "name || ' ' || name_en || ' ' || address || ' ' || coalesce(code, '')",
}


def upgrade() -> None:
    op.execute(PAIRS)
    for table, words in SEARCHED.items():
        op.execute(f"ALTER TABLE {table} ADD COLUMN words text GENERATED ALWAYS AS (lower({words})) STORED")
        op.execute(f"CREATE INDEX {table}_pairs ON {table} USING gin (pairs(words))")


def downgrade() -> None:
    for table in SEARCHED:
        op.execute(f"ALTER TABLE {table} DROP COLUMN words")
    op.execute("DROP FUNCTION pairs(text)")
