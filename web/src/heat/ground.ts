/** Draws the answers on the maps: a picture of cells, hexagons or areas; and a second map beside the first. */

import { counts, frameOf, kernel, paint, paintDifference, roomFor, squares, top, type Film, type Frame, type Room } from '../core/film'
import type { HeatView } from '../core/heatfilter'
import type { Box } from '../core/place'
import type { Look } from '../map/style'
import type { Answers } from './answers'
import type { AreaLevel, Board } from './board'
import type { Area, Areas } from './service'
import { heatOf, tintOf } from './tint'

const MARGIN = 12
type Boards = typeof import('./board')
export type Ground = ReturnType<typeof layGround>

export function layGround(boards: Boards, board: Board, answers: Answers) {
  let other: Board | null = null
  let most = 0
  let scaled: { film: Film; drawn: string; bandwidth: number; step: number; whole: number } | null = null
  let framed: { now: Film; past: Film | null; frame: Frame | null } | null = null
  let kept: { frame: Frame; room: Room } | null = null
  let listed: { of: Areas; byId: ReadonlyMap<string, Area> } | null = null
  let squared: { film: Film; frame: Frame; show: ReturnType<typeof squares> } | null = null

  function valuesOf(shown: Film, frame: Frame, view: HeatView, from: number, to: number, room = roomFor(frame)): Float32Array {
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
  function scaleOf(shown: Film, frame: Frame, view: HeatView): { readonly step: number; readonly whole: number } {
    const { drawn, bandwidth } = view
    if (scaled?.film === shown && scaled.drawn === drawn && scaled.bandwidth === bandwidth) return scaled
    let busiest = 0
    for (let t = 1; t < shown.steps; t++) {
      const size = (k: number) => shown.start[k + 1]! - shown.start[k]!
      if (size(t) > size(busiest)) busiest = t
    }
    const of = (from: number, to: number) => top(valuesOf(shown, frame, view, from, to))
    scaled = { film: shown, drawn, bandwidth, step: of(busiest, busiest + 1), whole: of(0, shown.steps) }
    return scaled
  }

  function drawPicture(view: HeatView, step: number): void {
    const [now, past] = [answers.film.value, answers.past.value]
    const frame = now && frameAround(now, past)
    if (!now || !frame) return board.lift()
    const smooth = view.drawn === 'kernel'
    const [from, to] = step < 0 ? [0, now.steps] : [step, step + 1]
    most = scaleOf(now, frame, view)[step < 0 ? 'whole' : 'step']
    const old = past && view.compare ? valuesOf(past, frame, view, 0, past.steps) : null
    if (view.compare === 'difference' && old) {
      const values = valuesOf(now, frame, view, from, to)
      most = Math.max(top(values), top(old))
      const pixels = new Uint8ClampedArray(frame.columns * frame.rows * 4)
      paintDifference(values, old, most, pixels)
      board.lay(pixels, frame, { smooth })
    } else board.lay(smooth ? smoothed(now, frame, view, from, to) : squaresOf(now, frame)(from, to, most), frame, { smooth })
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
  function areasById(): ReadonlyMap<string, Area> {
    const found = answers.areas.value
    if (!found) return new Map()
    if (listed?.of !== found) listed = { of: found, byId: new Map(found.areas.map((area) => [area.id, area])) }
    return listed.byId
  }

  function drawAreas(view: HeatView): void {
    const found = areasById()
    const value = (area: Area) => (view.per === 'count' ? area.count : area.rate)
    most = 0
    for (const area of found.values()) {
      if (area.state === 'some' || view.per === 'count') most = Math.max(most, value(area) ?? 0)
    }
    board.colour(view.level as AreaLevel, (id) => {
      const area = found.get(id)
      return area ? tintOf(area, value(area), most, { steady: view.per === 'count' }) : null
    })
  }

  function drawHexagons(): void {
    const found = answers.hexagons.value
    if (!found) return board.shapes([])
    most = Math.max(0, ...found.counts)
    board.shapes(found.rings.map((ring, k) => ({ ring, colour: heatOf(found.counts[k]!, most) })))
  }

  return {
    board,
    /** Draw what is known; says the top of the scale. `step` below zero is the whole period. */
    draw(view: HeatView, step: number): number {
      if (view.drawn !== 'areas') board.colour(null, () => null)
      if (view.drawn === 'areas' || view.drawn === 'hexagons') board.lift()
      if (view.drawn !== 'hexagons') board.shapes([])
      if (view.drawn === 'areas') drawAreas(view)
      else if (view.drawn === 'hexagons') drawHexagons()
      else drawPicture(view, step)
      return most
    },
    /** Open or close the second map. */
    async arrange(view: HeatView, container: HTMLElement | null, look: Look, box: Box): Promise<void> {
      if (view.compare === 'side' && !other && container) {
        other = boards.openBoard({ container, look, box })
        await other.ready
        boards.together(board, other)
      }
      if (view.compare !== 'side' && other) {
        other.close()
        other = null
      }
      board.map.resize()
    },
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
