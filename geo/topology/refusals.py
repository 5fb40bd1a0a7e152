"""Why an edit may not be: every reason that a verb gives, in the words that the page shows."""

from __future__ import annotations

from geo.errors import Refusal

NOTHING_CHOSEN = Refusal("nothing-chosen", "没有选中任何住户。", "Nothing is chosen.")
UNKNOWN_UNIT = Refusal("unknown-unit", "方案中没有这个单元。", "The plan has no such unit.")
UNKNOWN_BUILDING = Refusal("unknown-building", "方案中没有这栋楼。", "The plan has no such building.")
UNKNOWN_COMPOUND = Refusal("unknown-compound", "方案中没有这个小区。", "The plan has no such compound.")
UNKNOWN_GRID = Refusal("unknown-grid", "方案中没有这个微网格。", "The plan has no such micro-grid.")
UNKNOWN_FLOOR = Refusal("unknown-floor", "这个单元没有这些楼层。", "The unit has no such floors.")
KEY_TAKEN = Refusal("key-taken", "编号已被使用。", "The identifier is taken.")
NAME_TAKEN = Refusal("name-taken", "已有同名微网格。", "Another micro-grid has this name.")
NAME_EMPTY = Refusal("name-empty", "名称不能为空。", "A name is needed.")
NO_CHANGE = Refusal("no-change", "没有变化。", "Nothing would change.")
LOCKED = Refusal("locked", "微网格已锁定，请先解锁。", "The micro-grid is locked: unlock it first.")
NOT_ADJACENT = Refusal("not-adjacent", "不相邻，中间隔着别的网格或隔断。", "They are not next to each other.")
TEARS_APART = Refusal("tears-apart", "会把微网格分成互不相连的几块。", "A micro-grid would fall apart.")
LAST_DWELLING = Refusal(
    "last-dwelling", "这是该微网格最后的住户；请改用合并。", "These are the grid's last dwellings: merge it instead."
)
TOO_MANY_HOUSEHOLDS = Refusal("too-many-households", "合并后户数超过上限。", "Together they exceed the maximum.")
LINE_MISSES = Refusal("line-misses", "切割线没有把微网格分成两部分。", "The line does not part the micro-grid.")
LINE_CROSSES_ITSELF = Refusal("line-crosses-itself", "切割线自相交。", "The line crosses itself.")
NO_SUCH_BORDER = Refusal("no-such-border", "两个单元之间没有这条边界。", "The units share no such border.")
THROUGH_FOOTPRINT = Refusal("through-footprint", "边界不能穿过楼房。", "A border may not cut a building.")
FACE_FLIPS = Refusal("face-flips", "边界越过了相邻的地块。", "The border would cross other ground.")
SAME_UNIT = Refusal("same-unit", "请选择两个不同的单元。", "Choose two different units.")
CELLS_APART = Refusal("cells-apart", "两个单元的地块不相接。", "The units' ground does not touch.")
OTHER_COMPOUND = Refusal("other-compound", "目标微网格不在该小区。", "The micro-grid lies in another compound.")
IMPOSSIBLE_COUNT = Refusal("impossible-count", "户数或楼层不合理。", "The count of households or floors is impossible.")
BAD_GEOMETRY = Refusal("bad-geometry", "图形无效或不在小区内。", "The shape is invalid or outside the compound.")
OVER_A_HOUSE = Refusal(
    "over-a-house",
    "轮廓压在别的楼房上；请避开，或选中那栋楼改为重测。",
    "The footprint lies over another house: draw beside it, or choose that house and draw it anew.",
)
LATER_EDITS = Refusal(
    "later-edits", "之后的编辑依赖于它，请先撤销那些编辑。", "Later edits depend on it: undo those first."
)
NOTHING_TO_UNDO = Refusal("nothing-to-undo", "没有可以撤销的操作。", "There is nothing to undo.")
NOTHING_TO_REDO = Refusal("nothing-to-redo", "没有可以重做的操作。", "There is nothing to redo.")
NOT_IN_EFFECT = Refusal("not-in-effect", "没有这一步操作，或它已被撤销。", "There is no such edit in effect.")
STALE = Refusal("stale", "方案已被他人修改。", "The plan has changed in the meantime.")
