/** Draws the answers on the maps: a picture of cells, hexagons or areas; and a second map beside the first. */

import { ABOUT_NONE, busiestStep, counts, differenceColour, frameOf, gathered, kernel, paint, paintDifference, roomFor, squares, top, type Film, type Frame, type Room } from '../core/film'
import type { HeatView } from '../core/heatfilter'
import type { Box } from '../core/place'
import type { Look } from '../map/style'
import type { Answers } from './answers'
import type { AreaLevel, Board } from './board'
import type { Area, Areas, Hexagons } from './service'
import { ALIKE, heatOf, tintOf, turnOf } from './tint'

const MARGIN = 12
type Boards = typeof import('./board')
export type Ground = ReturnType<typeof layGround>

export function layGround(boards: Boards, board: Board, answers: Answers) {
  let other: Board | null = null
  let most = 0
  const scales = new WeakMap<Film, { readonly key: string; readonly step: number; readonly whole: number }>()
  let framed: { now: Film; past: Film | null; frame: Frame | null } | null = null
  let kept: { frame: Frame; room: Room } | null = null
  const listed = new WeakMap<Areas, ReadonlyMap<string, Area>>()
  let squared: { film: Film; frame: Frame; show: ReturnType<typeof squares> } | null = null

  function valuesOf(shown: Film, frame: Frame, view: Pick<HeatView, 'drawn' | 'bandwidth'>, from: number, to: number, room = roomFor(frame)): Float32Array {
    const plain = counts(shown, frame, from, to, room.plain)
    return view.drawn === 'kernel' ? kernel(plain, frame, view.bandwidth, room) : plain
  }

  function frameAround(now: Film, past: Film | null): Frame | null {
    if (framed?.now !== now || framed.past !== past) {
      const some = [now, past].filter((one): one is Film => one !== null && one.column.length > 0)
      framed = { now, past, frame: frameOf(some, MARGIN) }
    }
    return framed.frame
  }

  /** One scale for all steps, so that a hot week looks hotter than a calm one; and one for the whole period. */
  function scaleOf(shown: Film, frame: Frame, { drawn, bandwidth }: HeatView): { readonly step: number; readonly whole: number } {
    const key = `${drawn} ${bandwidth} ${JSON.stringify(frame)}`
    const known = scales.get(shown)
    if (known?.key === key) return known
    const busiest = busiestStep(shown)
    const of = (from: number, to: number) => top(valuesOf(shown, frame, { drawn, bandwidth }, from, to))
    const made = { key, step: of(busiest, busiest + 1), whole: of(0, shown.steps) }
    scales.set(shown, made)
    return made
  }

  function drawPicture(view: HeatView, step: number): void {
    const [now, past] = [answers.film.value, answers.past.value]
    const frame = now && frameAround(now, past)
    if (!now || !frame) {
      other?.lift()
      return board.lift()
    }
    const smooth = view.drawn === 'kernel'
    const span = (film: Film): [number, number] => (step < 0 ? [0, film.steps] : [step, step + 1])
    const scale = step < 0 ? 'whole' : 'step'
    // What is compared has one scale, and goes step by step together.
    most = Math.max(scaleOf(now, frame, view)[scale], past ? scaleOf(past, frame, view)[scale] : 0)
    const old = past && view.compare ? valuesOf(past, frame, view, ...span(past)) : null
    if (view.compare === 'difference' && old) {
      const pixels = new Uint8ClampedArray(frame.columns * frame.rows * 4)
      paintDifference(valuesOf(now, frame, view, ...span(now)), old, most, pixels)
      board.lay(pixels, frame, { smooth })
    } else board.lay(smooth ? smoothed(now, frame, view, ...span(now)) : squaresOf(now, frame)(...span(now), most), frame, { smooth })
    if (!other || !old) return
    const again = new Uint8ClampedArray(frame.columns * frame.rows * 4)
    paint(old, most, again, { smooth })
    other.lay(again, frame, { smooth })
  }

  function smoothed(now: Film, frame: Frame, view: HeatView, from: number, to: number): Uint8ClampedArray<ArrayBuffer> {
    if (kept?.frame !== frame) kept = { frame, room: roomFor(frame) }
    const { room } = kept
    paint(valuesOf(now, frame, view, from, to, room), most, room.pixels, { smooth: true })
    return room.pixels
  }

  function squaresOf(film: Film, frame: Frame): ReturnType<typeof squares> {
    if (squared?.film !== film || squared.frame !== frame) squared = { film, frame, show: squares(film, frame) }
    return squared.show
  }

  /** An answer's areas by their ids, made once an answer: what is drawn of them changes far more often. */
  function byIdOf(found: Areas | null | undefined): ReadonlyMap<string, Area> {
    if (!found) return new Map()
    const known = listed.get(found)
    if (known) return known
    // Tiles know no districts: a district is coloured as the subdistricts that it is made of.
    const made = new Map<string, Area>()
    for (const area of found.areas) {
      if (area.parts?.length) for (const id of area.parts) made.set(id, area)
      else made.set(area.id, area)
    }
    listed.set(found, made)
    return made
  }

  const topOf = (areas: ReadonlyMap<string, Area>, view: HeatView): number => {
    let high = 0
    for (const area of areas.values()) if (area.state === 'some' || view.per === 'count') high = Math.max(high, valueOf(area, view) ?? 0)
    return high
  }
  const valueOf = (area: Area, view: HeatView) => (view.per === 'count' ? area.count : area.rate)

  function drawAreas(view: HeatView, step: number): void {
    const whole = byIdOf(answers.areas.value)
    const shown = step < 0 ? whole : byIdOf(answers.stepAreas.get(step))
    const past = view.compare ? byIdOf(answers.pastAreas.value) : new Map<string, Area>()
    const [level, steady] = [(view.level === 'district' ? 'subdistrict' : view.level) as AreaLevel, view.per === 'count']
    const film = answers.film.value
    most = topOf(step < 0 || !film ? whole : byIdOf(answers.stepAreas.get(busiestStep(film))), view)
    if (view.compare === 'side' || view.compare === 'difference') most = Math.max(topOf(whole, view), topOf(past, view))
    const tint = (areas: ReadonlyMap<string, Area>) => (id: string) => {
      const area = areas.get(id)
      return area ? tintOf(area, valueOf(area, view), most, { steady }) : null
    }
    if (view.compare === 'difference' && past.size) {
      board.colour(level, (id) => {
        const [now, old] = [shown.get(id), past.get(id)]
        // Micro-grids are told only where they have any: what is missing on one side has none there.
        const known = [now, old].filter((one): one is Area => one !== undefined)
        if (!known.length) return null
        const none = view.level === 'micro_grid' ? 0 : null
        return turnOf(known, now ? valueOf(now, view) : none, old ? valueOf(old, view) : none, most, { steady })
      })
    } else board.colour(level, tint(shown))
    other?.colour(level, tint(past))
  }

  function drawHexagons(view: HeatView, step: number): void {
    const [found, film, past] = [answers.hexagons.value, answers.film.value, view.compare ? answers.pastHexagons.value : null]
    if (!found) return board.shapes([])
    let shown: ArrayLike<number> = found.counts
    most = Math.max(0, ...found.counts, ...(past?.counts ?? []))
    if (step >= 0 && film && film.column.length === found.within.length) {
      const of = (t: number) => gathered(film, found.within, found.rings.length, t, t + 1)
      shown = of(step)
      if (!past) most = Math.max(...of(busiestStep(film)))
    }
    if (view.compare === 'difference' && past) board.shapes(turned(found, shown, past))
    else board.shapes(filled(found, shown))
    other?.shapes(past ? filled(past, past.counts) : [])
  }

  const filled = (hexagons: Hexagons, counts: ArrayLike<number>) =>
    hexagons.rings.flatMap((ring, k) => (counts[k]! > 0 ? [{ ring, colour: heatOf(counts[k]!, most) }] : []))

  function turned(found: Hexagons, shown: ArrayLike<number>, past: Hexagons) {
    const before = new Map(past.cells.map((cell, k) => [cell, past.counts[k]!]))
    const colour = (now: number, old: number) => (Math.abs(now - old) / (most || 1) < ABOUT_NONE ? ALIKE : differenceColour((now - old) / most))
    const own = found.rings.map((ring, k) => ({ ring, colour: colour(shown[k]!, before.get(found.cells[k]!) ?? 0) }))
    const known = new Set(found.cells)
    const gone = past.rings.flatMap((ring, k) => (known.has(past.cells[k]!) ? [] : [{ ring, colour: colour(0, past.counts[k]!) }]))
    return [...own, ...gone]
  }

  return {
    board,
    /** Draw what is known; says the top of the scale. `step` below zero is the whole period. */
    draw(view: HeatView, step: number): number {
      for (const one of [board, other]) {
        if (view.drawn !== 'areas') one?.colour(null, () => null)
        if (view.drawn === 'areas' || view.drawn === 'hexagons') one?.lift()
        if (view.drawn !== 'hexagons') one?.shapes([])
      }
      if (view.drawn === 'areas') drawAreas(view, step)
      else if (view.drawn === 'hexagons') drawHexagons(view, step)
      else drawPicture(view, step)
      return most
    },
    /** Open or close the second map. */
    async arrange(view: HeatView, container: HTMLElement | null, look: Look, box: Box): Promise<void> {
      if (view.compare === 'side' && !other && container) {
        other = boards.openBoard({ container, look, box })
        await other.ready
        other.map.jumpTo({ center: board.map.getCenter(), zoom: board.map.getZoom() })
        boards.together(board, other)
      }
      if (view.compare !== 'side' && other) {
        other.close()
        other = null
      }
      board.map.resize()
    },
    /** The maps as they are, for a file: one, or the two that stand side by side. */
    pictures: (): HTMLCanvasElement[] => [board, other].flatMap((one) => (one ? [one.picture()] : [])),
    dress(look: Look): void {
      board.dress(look)
      other?.dress(look)
    },
    close(): void {
      board.close()
      other?.close()
    },
  }
}
