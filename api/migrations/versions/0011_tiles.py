"""Every layer's tiles as tables that follow their source row by row, and the one statement that reads a tile.

Revision ID: 0011
Revises: 0010

For each layer: a table per band of zooms holding the drawn pieces with what the map says of them; a revision for each
cell of zoom 14, raised by whatever changes the picture there; triggers that do both; and a function per band that
answers (etag, tile). Everything here is derived: ``tile_<layer>_rebuild()`` makes it anew from the source.

Row-level security finds ``community_id`` on every row of the layers below the community, revisions included, so an
etag tells nobody of changes in places that are not theirs. Reading filters by plain integers, which stay indexable
under a policy.
"""

from __future__ import annotations

from typing import NamedTuple

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


class Band(NamedTuple):
    """Zooms ``lo`` to ``hi`` served from one table, its corners on every ``grain``-th unit of zoom ``hi``."""

    lo: int
    hi: int
    grain: int
    labels: bool = True


class Layer(NamedTuple):
    """One layer of the map.

    ``fields``: (column, type, SQL over the source row ``s``). ``keys`` part the revisions. ``raised`` turns the changed
    rows into those whose revisions rise. ``seen`` says which rows are whose, as the source's own policy does (0022).
    ``hidden`` fields are kept but not told. ``of_plan``: asked for by plan.
    """

    name: str
    bands: tuple[Band, ...]
    fields: tuple[tuple[str, str, str], ...]
    keys: tuple[str, ...] = ()
    source: str = ""
    raised: str = "{rows}"
    seen: str = "true"
    hidden: tuple[str, ...] = ()
    of_plan: bool = False


def _plain(*names: str, kind: str = "text") -> tuple[tuple[str, str, str], ...]:
    return tuple((name, kind, f"s.{name}") for name in names)


def _within(kind: str, field: str) -> str:
    """The condition that ``field`` is in the asker's list of that kind; the same text as SQL's ``within`` (0021)."""
    return f"((SELECT whole('{kind}')) OR {field} IN (SELECT unnest(scope('{kind}'))))"


IN_COMMUNITIES = _within("communities", "community_id")
# Whoever serves in part of a community may learn that something in it has changed, though not what.
REVISION_SEEN = f"{IN_COMMUNITIES} OR {_within('chain', 'community_id')}"

# The map of today, drawn from all published plans together, has revisions of its own under the nil plan; changes of
# drafts do not touch them. A plan that is gone with its grids counts as one that was in force.
TODAY = "'00000000-0000-0000-0000-000000000000'::uuid"
OF_PLANS = f"""(
    SELECT g.plan_id, g.community_id, g.geometry FROM {{rows}} g UNION ALL
    SELECT {TODAY}, g.community_id, g.geometry FROM {{rows}} g LEFT JOIN plan p ON p.id = g.plan_id
     WHERE p.id IS NULL OR p.effective IS NOT NULL)"""  # our own words

NAMES = _plain("code", "name", "name_en")
HOUSEHOLDS = _plain("households", kind="integer")
CITY_BANDS = (Band(10, 11, 4), Band(12, 13, 4), Band(14, 16, 1))
LAYERS = (
    Layer(
        "subdistrict",
        (Band(0, 5, 4), Band(6, 8, 4), Band(9, 11, 4), Band(12, 13, 4), Band(14, 16, 1)),
        (*NAMES, *HOUSEHOLDS),
        seen=_within("chain", "id"),
    ),
    Layer(
        "community",
        (Band(9, 10, 4), Band(11, 13, 4), Band(14, 16, 1)),
        (*NAMES, *_plain("kind"), *HOUSEHOLDS),
        seen=f"{_within('communities', 'id')} OR {_within('chain', 'id')}",
    ),
    Layer(
        "compound",
        (Band(12, 13, 4), Band(14, 16, 1)),
        (*NAMES, *_plain("kind"), *HOUSEHOLDS),
        keys=("community_id",),
        seen=f"{IN_COMMUNITIES} OR {_within('compounds', 'id')}",
    ),
    Layer(
        "building",
        (Band(14, 15, 4, labels=False), Band(16, 16, 1)),
        (
            *_plain("name", "name_en"),
            *_plain("floors", "units", kind="integer"),
            *HOUSEHOLDS,
            *_plain("use"),
            ("estimated", "boolean", "EXISTS (SELECT FROM unit u WHERE u.building_id = s.id AND u.estimated)"),
        ),
        keys=("community_id",),
        seen=f"{IN_COMMUNITIES} OR {_within('buildings', 'id')}",
    ),
    Layer(
        "unit",
        (Band(16, 16, 1),),
        (
            *_plain("name", "name_en"),
            *HOUSEHOLDS,
            *_plain("estimated", kind="boolean"),
            ("building_id", "text", "s.building_id::text"),
        ),
        keys=("community_id",),
        seen=f"{IN_COMMUNITIES} OR {_within('units', 'id')}",
    ),
    Layer(
        "micro_grid",
        (Band(12, 13, 4), Band(14, 15, 4), Band(16, 16, 1)),
        (
            *_plain("code", "name"),
            *HOUSEHOLDS,
            *_plain("floor_lo", "floor_hi", kind="integer"),
            ("compound_id", "text", "s.compound_id::text"),
            ("today", "boolean", "s.today"),
        ),
        keys=("plan_id", "community_id"),
        seen=f"{IN_COMMUNITIES} OR {_within('grids', 'id')}",
        source="(SELECT g.*, p.state = 'published' AS today FROM micro_grid g JOIN plan p ON p.id = g.plan_id)",
        raised=OF_PLANS,
        hidden=("today",),
        of_plan=True,
    ),
    Layer("barrier", CITY_BANDS, _plain("kind", "road_class", "name", "name_en")),
    Layer("area", CITY_BANDS, _plain("kind", "name", "name_en")),
)

# Keys are kept as words too: a tile tells them as words, and turning 100 of them into words takes 0.2 ms.
TABLE = """
CREATE TABLE tile_{layer}_{lo} (
  x integer NOT NULL, y integer NOT NULL, id uuid NOT NULL{typed_keys},
  west integer NOT NULL, north integer NOT NULL, east integer NOT NULL, south integer NOT NULL,
  label_x integer, label_y integer,
  key text NOT NULL GENERATED ALWAYS AS (id::text) STORED, {typed_fields},
  piece geometry NOT NULL
) WITH (fillfactor = 85);
CREATE INDEX tile_{layer}_{lo}_cell ON tile_{layer}_{lo} (x, y{shelf});
CREATE INDEX tile_{layer}_{lo}_id ON tile_{layer}_{lo} (id);
"""
TODAY_INDEX = "CREATE INDEX tile_{layer}_{lo}_today ON tile_{layer}_{lo} (x, y) WHERE today;"
REVISIONS = """
CREATE TABLE tile_{layer}_revision (
  x integer NOT NULL, y integer NOT NULL{typed_keys}, revision bigint NOT NULL, PRIMARY KEY (x, y{keys})
) WITH (fillfactor = 50);
"""

INSERT = """
  INSERT INTO tile_{layer}_{lo}
    (x, y, id{keys}, west, north, east, south, label_x, label_y, {fields}, piece)
  SELECT p.x, p.y, s.id{source_keys}, p.west, p.north, p.east, p.south, p.label_x, p.label_y, {values}, p.piece
    FROM {source} s CROSS JOIN LATERAL tile_pieces(s.geometry, {lo}, {hi}, {grain}) p
   WHERE {which} ORDER BY p.x, p.y;"""
DRAW_BAND = """
  DELETE FROM tile_{layer}_{lo} WHERE id = ANY (ids);"""
TOUCH_BAND = """
  UPDATE tile_{layer}_{lo} t SET ({fields}) = ROW({values}) FROM {source} s WHERE t.id = ANY (ids) AND s.id = t.id;"""
REBUILD_BAND = """
  DELETE FROM tile_{layer}_{lo};"""

# As in 0022: what keeps the picture true sees all of it, whoever made the change.
DEFINER = "SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp"

# Cells are locked in one order by everybody, so two writers wait for one another but never in a ring.
RAISE = """
  INSERT INTO tile_{layer}_revision AS r (x, y{keys}, revision)
  SELECT d.*, tile_clock() FROM (
    SELECT DISTINCT c.x, c.y{raised_keys} FROM {raised} t CROSS JOIN LATERAL tile_cells(t.geometry, {slack}) c
     ORDER BY {order}) AS d
      ON CONFLICT (x, y{keys}) DO UPDATE SET revision = greatest(r.revision + 1, excluded.revision);"""
TOUCHED = "(SELECT * FROM {layer} WHERE id = ANY (ids))"
MOVED = "(SELECT * FROM (SELECT * FROM arrived UNION ALL SELECT * FROM left_over) AS b WHERE id = ANY (moved))"

UPKEEP = """
CREATE FUNCTION tile_{layer}_draw(ids uuid[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN{draw}
END $$;
CREATE FUNCTION tile_{layer}_touch(ids uuid[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN{touch}{raise_touched}
END $$;
CREATE FUNCTION tile_{layer}_rebuild() RETURNS void LANGUAGE plpgsql AS $$
BEGIN{rebuild}
  UPDATE tile_{layer}_revision SET revision = greatest(revision + 1, tile_clock());{raise_all}
END $$;
"""
TRIGGERS = """
CREATE FUNCTION tile_{layer}_on_insert() RETURNS trigger LANGUAGE plpgsql {definer} AS $$
BEGIN
  PERFORM tile_{layer}_draw(ARRAY(SELECT id FROM arrived));{raise_arrived}
  RETURN NULL;
END $$;
CREATE FUNCTION tile_{layer}_on_delete() RETURNS trigger LANGUAGE plpgsql {definer} AS $$
BEGIN
  PERFORM tile_{layer}_draw(ARRAY(SELECT id FROM left_over));{raise_left}
  RETURN NULL;
END $$;
CREATE FUNCTION tile_{layer}_on_update() RETURNS trigger LANGUAGE plpgsql {definer} AS $$
DECLARE
  moved CONSTANT uuid[] := ARRAY(
    SELECT coalesce(n.id, o.id) FROM arrived n FULL JOIN left_over o ON o.id = n.id
     WHERE (n.id, n.geometry{new_keys}) IS DISTINCT FROM (o.id, o.geometry{old_keys}));
  changed CONSTANT uuid[] := ARRAY(
    SELECT n.id FROM arrived n JOIN left_over o ON o.id = n.id
     WHERE ({new_fields}) IS DISTINCT FROM ({old_fields}) AND n.id <> ALL (moved));
BEGIN
  IF cardinality(moved) > 0 THEN
    PERFORM tile_{layer}_draw(moved);{raise_moved}
  END IF;
  IF cardinality(changed) > 0 THEN PERFORM tile_{layer}_touch(changed); END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER tile_on_insert AFTER INSERT ON {layer}
  REFERENCING NEW TABLE AS arrived FOR EACH STATEMENT EXECUTE FUNCTION tile_{layer}_on_insert();
CREATE TRIGGER tile_on_update AFTER UPDATE ON {layer}
  REFERENCING NEW TABLE AS arrived OLD TABLE AS left_over FOR EACH STATEMENT EXECUTE FUNCTION tile_{layer}_on_update();
CREATE TRIGGER tile_on_delete AFTER DELETE ON {layer}
  REFERENCING OLD TABLE AS left_over FOR EACH STATEMENT EXECUTE FUNCTION tile_{layer}_on_delete();
"""

# What a tile says that the row itself does not: a building is estimated when a unit of it is, and a grid is on the
# map of today when its plan is published.
FROM_ELSEWHERE = """
CREATE FUNCTION tile_building_on_unit() RETURNS trigger LANGUAGE plpgsql {definer} AS $$
BEGIN
  PERFORM tile_building_touch(ids) FROM (SELECT array_agg(DISTINCT n.building_id) AS ids
    FROM arrived n JOIN left_over o ON o.id = n.id WHERE n.estimated <> o.estimated) AS flipped WHERE ids IS NOT NULL;
  RETURN NULL;
END $$;
CREATE TRIGGER tile_building_on_update AFTER UPDATE ON unit
  REFERENCING NEW TABLE AS arrived OLD TABLE AS left_over FOR EACH STATEMENT EXECUTE FUNCTION tile_building_on_unit();
CREATE FUNCTION tile_micro_grid_on_plan() RETURNS trigger LANGUAGE plpgsql {definer} AS $$
BEGIN
  PERFORM tile_micro_grid_touch(ids) FROM (SELECT array_agg(g.id) AS ids
    FROM arrived n JOIN left_over o ON o.id = n.id JOIN micro_grid g ON g.plan_id = n.id
   WHERE n.state <> o.state) AS turned WHERE ids IS NOT NULL;
  RETURN NULL;
END $$;
CREATE TRIGGER tile_micro_grid_on_update AFTER UPDATE ON plan
  REFERENCING NEW TABLE AS arrived OLD TABLE AS left_over FOR EACH STATEMENT EXECUTE FUNCTION tile_micro_grid_on_plan();
"""

# Who asks is found out inside the same statement (0021); what they may see becomes part of the version, since another
# jurisdiction is another picture. NULL: nobody one knows. ``here``: the request comes from this very machine.
ENTER = """
CREATE FUNCTION tile_enter(way text, digest bytea, here boolean) RETURNS text LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  admitted boolean;
BEGIN
  IF way = 'session' THEN
    SELECT e.account_id IS NOT NULL AND (here OR NOT e.demo) INTO admitted FROM enter_by_session(digest) e;
  ELSIF way = 'token' THEN
    SELECT e.account_id IS NOT NULL AND (here OR NOT e.demo) INTO admitted FROM enter_by_token(digest) e;
  ELSE
    admitted := here AND enter_as_visitor();
  END IF;
  IF admitted IS NOT TRUE THEN RETURN NULL; END IF;
  RETURN md5(concat_ws(' ', current_setting('app.chain', true), current_setting('app.communities', true),
    current_setting('app.compounds', true), current_setting('app.buildings', true), current_setting('app.units', true),
    current_setting('app.grids', true)));
END $$;
"""

# The asker is admitted, the revision read and the tile drawn in one call and in the snapshot of one statement (STABLE).
# The jurisdiction ends with that statement's transaction: a pooled connection has no memory of whom it served. A tile
# above 500 kB loses its smallest features until it fits, and says how many it kept.
READ = """
CREATE FUNCTION tile_{layer}_{lo}_read(
  way text, digest bytea, here boolean, seed text, known text[], plan uuid, z integer, x integer, y integer,
  OUT etag text, OUT tile bytea, OUT kept integer, OUT total integer
) LANGUAGE plpgsql STABLE AS $$
DECLARE
  side CONSTANT integer := 4096 << ({hi} - z);
  edge CONSTANT integer := 64 << ({hi} - z);
  cell_x CONSTANT integer := x >> (z - {lo});
  cell_y CONSTANT integer := y >> (z - {lo});
  w CONSTANT integer := x * side;
  n CONSTANT integer := y * side;
  e CONSTANT integer := w + side;
  s CONSTANT integer := n + side;
  scope CONSTANT text := tile_enter(way, digest, here);
  plans uuid[];
BEGIN
  IF scope IS NULL THEN RETURN; END IF;
  SELECT md5(concat_ws(' ', seed, scope, sum(r.revision))) INTO etag FROM tile_{layer}_revision r
   WHERE r.x BETWEEN (w - edge) >> {shift} AND (e + edge) >> {shift}
     AND r.y BETWEEN (n - edge) >> {shift} AND (s + edge) >> {shift}{asked};
  IF etag = ANY (known) THEN RETURN; END IF;{choose}
  SELECT {whole} INTO tile;
  IF octet_length(tile) > 500000 THEN
    SELECT count(*) INTO total FROM tile_{layer}_{lo} t WHERE {inside};
    kept := total;
    WHILE octet_length(tile) > 500000 LOOP
      kept := least(kept - 1, kept * 450000.0 / octet_length(tile));
      SELECT {thinned} INTO tile;
    END LOOP;
  END IF;
END $$;
"""
INSIDE = """t.x = cell_x AND t.y = cell_y
               AND t.west <= e + edge AND t.east >= w - edge AND t.north <= s + edge AND t.south >= n - edge{shelf}"""
FEATURES = """coalesce((SELECT ST_AsMVT(f, '{layer}', side, 'geometry') FROM (
            SELECT t.key AS id, {told}, ST_Translate(t.piece, -w, -n) AS geometry FROM tile_{layer}_{lo} t
             WHERE {inside}{limit}) AS f), '')"""
LABELS = """
         || coalesce((SELECT ST_AsMVT(f, '{layer}_label', side, 'geometry') FROM (
            SELECT t.key AS id, {told}, ST_MakePoint(t.label_x - w, t.label_y - n) AS geometry FROM tile_{layer}_{lo} t
             WHERE t.x = cell_x AND t.y = cell_y AND t.label_x >= w AND t.label_x < e
               AND t.label_y >= n AND t.label_y < s{shelf}{limit}) AS f), '')"""
LARGEST = """
             ORDER BY (t.east - t.west)::float8 * (t.south - t.north) DESC, t.id LIMIT kept"""
CHOOSE = """
  plans := CASE WHEN plan IS NOT NULL THEN ARRAY[plan] ELSE ARRAY(
    SELECT DISTINCT t.plan_id FROM tile_{layer}_{lo} t WHERE t.x = cell_x AND t.y = cell_y AND t.today) END;"""


def _listed(names: tuple[str, ...], row: str = "") -> str:
    return "".join(f", {row}{name}" for name in names)


def _words(layer: Layer) -> dict[str, str]:
    """What the templates above say of a whole layer."""
    own = [name for name, _, value in layer.fields if value.startswith(f"s.{name}") and name not in layer.hidden]
    return {
        "layer": layer.name,
        "definer": DEFINER,
        "source": layer.source or layer.name,
        "slack": str(max(band.grain * 2.0 ** (2 - band.hi) for band in layer.bands)),
        "keys": _listed(layer.keys),
        "typed_keys": "".join(f", {key} uuid NOT NULL" for key in layer.keys),
        "source_keys": _listed(layer.keys, "s."),
        "raised_keys": _listed(layer.keys, "t."),
        "new_keys": _listed(layer.keys, "n."),
        "old_keys": _listed(layer.keys, "o."),
        "order": ", ".join(str(place + 1) for place in range(2 + len(layer.keys))),
        "fields": ", ".join(name for name, _, _ in layer.fields),
        "typed_fields": ", ".join(f"{name} {kind}" for name, kind, _ in layer.fields),
        "values": ", ".join(value for _, _, value in layer.fields),
        "told": ", ".join(f"t.{name}" for name, _, _ in layer.fields if name not in layer.hidden),
        "new_fields": ", ".join(f"n.{name}" for name in own),
        "old_fields": ", ".join(f"o.{name}" for name in own),
        "asked": f" AND r.plan_id = coalesce(plan, {TODAY})" if layer.of_plan else "",
        "shelf": " AND t.plan_id = ANY (plans)" if layer.of_plan else "",
    }


def _raise(layer: Layer, rows: str) -> str:
    return RAISE.format(**_words(layer), raised=layer.raised.format(rows=rows))


def _each(layer: Layer, template: str, which: str = "") -> str:
    """A template for every band of a layer, each followed by the INSERT of the rows ``which`` says."""
    words = _words(layer)
    said = (template + (INSERT if which else "") for _ in layer.bands)
    return "".join(
        text.format(**words, **band._asdict(), which=which) for text, band in zip(said, layer.bands, strict=True)
    )


def tables(layer: Layer) -> str:
    """The tables of a layer: one a band, and its revisions."""
    words = _words(layer) | {"shelf": ", plan_id" if layer.of_plan else ""}
    template = TABLE + (TODAY_INDEX if layer.of_plan else "")
    return "".join(template.format(**words, **band._asdict()) for band in layer.bands) + REVISIONS.format(**words)


def upkeep(layer: Layer) -> str:
    """What keeps a layer's tables true: draw, touch, rebuild, and the triggers that call them."""
    words = _words(layer)
    functions = UPKEEP.format(
        **words,
        draw=_each(layer, DRAW_BAND, which="s.id = ANY (ids)"),
        touch=_each(layer, TOUCH_BAND),
        rebuild=_each(layer, REBUILD_BAND, which="true"),
        raise_touched=_raise(layer, TOUCHED.format(layer=layer.name)),
        raise_all=_raise(layer, layer.name),
    )
    return functions + TRIGGERS.format(
        **words,
        raise_arrived=_raise(layer, "arrived"),
        raise_left=_raise(layer, "left_over"),
        raise_moved=_raise(layer, MOVED),
    )


def reading(layer: Layer, band: Band) -> str:
    """The function that answers a tile of one band."""
    words = {**_words(layer), **band._asdict()}
    words["inside"] = INSIDE.format(**words)
    picture = FEATURES + (LABELS if band.labels and layer.name != "barrier" else "")
    return READ.format(
        **words,
        shift=band.hi - 2,
        choose=CHOOSE.format(**words) if layer.of_plan else "",
        whole=picture.format(**words, limit=""),
        thinned=picture.format(**words, limit=LARGEST),
    )


def guarding(layer: Layer) -> str:
    """Only the asker's rows are read, only triggers write, and only the owner may draw everything anew."""
    pieces = [f"tile_{layer.name}_{band.lo}" for band in layer.bands]
    revisions = f"tile_{layer.name}_revision"
    seen = dict.fromkeys(pieces, layer.seen) | {revisions: REVISION_SEEN if layer.keys else "true"}
    calls = [f"CALL protect('{table}', $p${policy}$p$);" for table, policy in seen.items()]
    functions = ", ".join(f"tile_{layer.name}_{verb}" for verb in ("draw(uuid[])", "touch(uuid[])", "rebuild()"))
    return "".join(
        (
            *calls,
            f"REVOKE INSERT, UPDATE, DELETE ON {', '.join(seen)} FROM minqing_app;",
            f"REVOKE EXECUTE ON FUNCTION {functions} FROM PUBLIC;",
        )
    )


def upgrade() -> None:
    op.execute(ENTER)
    for layer in LAYERS:
        op.execute(tables(layer))
        op.execute(upkeep(layer))
        for band in layer.bands:
            op.execute(reading(layer, band))
        op.execute(guarding(layer))
    op.execute(FROM_ELSEWHERE.replace("{definer}", DEFINER))
    for layer in LAYERS:
        op.execute(f"SELECT tile_{layer.name}_rebuild()")


def downgrade() -> None:
    op.execute("DROP FUNCTION tile_enter(text, bytea, boolean)")
    op.execute("DROP FUNCTION tile_building_on_unit() CASCADE")
    op.execute("DROP FUNCTION tile_micro_grid_on_plan() CASCADE")
    for layer in LAYERS:
        for event in ("insert", "update", "delete"):
            op.execute(f"DROP FUNCTION tile_{layer.name}_on_{event}() CASCADE")
        for band in layer.bands:
            op.execute(f"DROP FUNCTION tile_{layer.name}_{band.lo}_read")
            op.execute(f"DROP TABLE tile_{layer.name}_{band.lo}")
        op.execute(f"DROP TABLE tile_{layer.name}_revision")
        for verb in ("draw", "touch", "rebuild"):
            op.execute(f"DROP FUNCTION tile_{layer.name}_{verb}")
