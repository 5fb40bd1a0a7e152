/** Why an edit may not be: the same reasons in the same words as geo/topology/refusals.py, held equal by a test. */

export interface Refusal {
  readonly code: string
  readonly zh: string
  readonly en: string
}

function refusal(code: string, zh: string, en: string): Refusal {
  return { code, zh, en }
}

export const NOTHING_CHOSEN = refusal('nothing-chosen', '没有选中任何住户。', 'Nothing is chosen.')
export const UNKNOWN_UNIT = refusal('unknown-unit', '方案中没有这个单元。', 'The plan has no such unit.')
export const UNKNOWN_BUILDING = refusal('unknown-building', '方案中没有这栋楼。', 'The plan has no such building.')
export const UNKNOWN_COMPOUND = refusal('unknown-compound', '方案中没有这个小区。', 'The plan has no such compound.')
export const UNKNOWN_GRID = refusal('unknown-grid', '方案中没有这个微网格。', 'The plan has no such micro-grid.')
export const UNKNOWN_FLOOR = refusal('unknown-floor', '这个单元没有这些楼层。', 'The unit has no such floors.')
export const KEY_TAKEN = refusal('key-taken', '编号已被使用。', 'The identifier is taken.')
export const NAME_TAKEN = refusal('name-taken', '已有同名微网格。', 'Another micro-grid has this name.')
export const NAME_EMPTY = refusal('name-empty', '名称不能为空。', 'A name is needed.')
export const NO_CHANGE = refusal('no-change', '没有变化。', 'Nothing would change.')
export const LOCKED = refusal('locked', '微网格已锁定，请先解锁。', 'The micro-grid is locked: unlock it first.')
export const NOT_ADJACENT = refusal('not-adjacent', '不相邻，中间隔着别的网格或隔断。', 'They are not next to each other.')
export const TEARS_APART = refusal('tears-apart', '会把微网格分成互不相连的几块。', 'A micro-grid would fall apart.')
export const LAST_DWELLING = refusal(
  'last-dwelling',
  '这是该微网格最后的住户；请改用合并。',
  "These are the grid's last dwellings: merge it instead.",
)
export const TOO_MANY_HOUSEHOLDS = refusal('too-many-households', '合并后户数超过上限。', 'Together they exceed the maximum.')
export const LINE_MISSES = refusal('line-misses', '切割线没有把微网格分成两部分。', 'The line does not part the micro-grid.')
export const LINE_CROSSES_ITSELF = refusal('line-crosses-itself', '切割线自相交。', 'The line crosses itself.')
export const NO_SUCH_BORDER = refusal('no-such-border', '两个单元之间没有这条边界。', 'The units share no such border.')
export const THROUGH_FOOTPRINT = refusal('through-footprint', '边界不能穿过楼房。', 'A border may not cut a building.')
export const FACE_FLIPS = refusal('face-flips', '边界越过了相邻的地块。', 'The border would cross other ground.')
export const SAME_UNIT = refusal('same-unit', '请选择两个不同的单元。', 'Choose two different units.')
export const CELLS_APART = refusal('cells-apart', '两个单元的地块不相接。', "The units' ground does not touch.")
export const OTHER_COMPOUND = refusal('other-compound', '目标微网格不在该小区。', 'The micro-grid lies in another compound.')
export const IMPOSSIBLE_COUNT = refusal(
  'impossible-count',
  '户数或楼层不合理。',
  'The count of households or floors is impossible.',
)
export const BAD_GEOMETRY = refusal('bad-geometry', '图形无效或不在小区内。', 'The shape is invalid or outside the compound.')
export const OVER_A_HOUSE = refusal(
  'over-a-house',
  '轮廓压在别的楼房上；请避开，或选中那栋楼改为重测。',
  'The footprint lies over another house: draw beside it, or choose that house and draw it anew.',
)
export const LATER_EDITS = refusal(
  'later-edits',
  '之后的编辑依赖于它，请先撤销那些编辑。',
  'Later edits depend on it: undo those first.',
)
export const NOTHING_TO_UNDO = refusal('nothing-to-undo', '没有可以撤销的操作。', 'There is nothing to undo.')
export const NOTHING_TO_REDO = refusal('nothing-to-redo', '没有可以重做的操作。', 'There is nothing to redo.')
export const NOT_IN_EFFECT = refusal('not-in-effect', '没有这一步操作，或它已被撤销。', 'There is no such edit in effect.')
export const STALE = refusal('stale', '方案已被他人修改。', 'The plan has changed in the meantime.')

export const REFUSALS: readonly Refusal[] = [
  ...[NOTHING_CHOSEN, UNKNOWN_UNIT, UNKNOWN_BUILDING, UNKNOWN_COMPOUND, UNKNOWN_GRID, UNKNOWN_FLOOR, KEY_TAKEN, NAME_TAKEN],
  ...[NAME_EMPTY, NO_CHANGE, LOCKED, NOT_ADJACENT, TEARS_APART, LAST_DWELLING, TOO_MANY_HOUSEHOLDS, LINE_MISSES],
  ...[LINE_CROSSES_ITSELF, NO_SUCH_BORDER, THROUGH_FOOTPRINT, FACE_FLIPS, SAME_UNIT, CELLS_APART, OTHER_COMPOUND],
  ...[IMPOSSIBLE_COUNT, BAD_GEOMETRY, OVER_A_HOUSE, LATER_EDITS, NOTHING_TO_UNDO, NOTHING_TO_REDO, NOT_IN_EFFECT, STALE],
]
