/** Draws the answers on the maps: a picture of cells, hexagons or areas; and a second map beside the first. */

import { counts, frameOf, HEAT, kernel, paint, paintDifference, top, type Film, type Frame } from '../core/film'
import type { HeatView } from '../core/heatfilter'
import type { Box } from '../core/place'
import type { Look } from '../map/style'
import type { Answers } from './answers'
import type { AreaLevel, Board } from './board'
import type { Areas } from './service'

const MARGIN = 12
export const NO_DATA = '#b9b4a9'
export const CALM = '#e9f0e4'
type Boards = typeof import('./board')
export type Ground = ReturnType<typeof layGround>

export function layGround(boards: Boards, board: Board, answers: Answers) {
  let other: Board | null = null
  let most = 0
  let scaled: { film: Film; drawn: string; bandwidth: number; most: number } | null = null

  function valuesOf(shown: Film, frame: Frame, view: HeatView, from: number, to: number): Float32Array {
    const plain = counts(shown, frame, from, to)
    return view.drawn === 'kernel' ? kernel(plain, frame, view.bandwidth) : plain
  }

  /** One scale for all steps, so that a hot week looks hotter than a calm one. */
  function scaleOfSteps(shown: Film, frame: Frame, view: HeatView): number {
    const { drawn, bandwidth } = view
    if (scaled?.film === shown && scaled.drawn === drawn && scaled.bandwidth === bandwidth) return scaled.most
    let busiest = 0
    for (let t = 1; t < shown.steps; t++) {
      const size = (k: number) => shown.start[k + 1]! - shown.start[k]!
      if (size(t) > size(busiest)) busiest = t
    }
    scaled = { film: shown, drawn, bandwidth, most: top(valuesOf(shown, frame, view, busiest, busiest + 1)) }
    return scaled.most
  }

  function drawPicture(view: HeatView, step: number): void {
    const [now, past] = [answers.film.value, answers.past.value]
    const frame = frameOf([now, past].filter((one): one is Film => one !== null && one.column.length > 0), MARGIN)
    if (!now || !frame) return board.lift()
    const smooth = view.drawn === 'kernel'
    const values = step < 0 ? valuesOf(now, frame, view, 0, now.steps) : valuesOf(now, frame, view, step, step + 1)
    const pixels = new Uint8ClampedArray(frame.columns * frame.rows * 4)
    most = step < 0 ? top(values) : Math.max(top(values), scaleOfSteps(now, frame, view))
    if (view.compare === 'difference' && past) {
      const old = valuesOf(past, frame, view, 0, past.steps)
      most = Math.max(top(values), top(old))
      paintDifference(values, old, most, pixels)
    } else paint(values, most, pixels, { smooth })
    board.lay(pixels, frame, { smooth })
    if (!other || !past) return
    const again = new Uint8ClampedArray(pixels.length)
    paint(valuesOf(past, frame, view, 0, past.steps), most, again, { smooth })
    other.lay(again, frame, { smooth })
  }

  function colourOf(value: number): string {
    const share = Math.sqrt(Math.min(1, value / (most || 1)))
    return HEAT[Math.min(HEAT.length - 1, Math.floor(share * HEAT.length))]!
  }

  function drawAreas(view: HeatView): void {
    const found = answers.areas.value?.areas ?? []
    const value = (area: Areas['areas'][number]) => (view.per === 'count' ? area.count : area.rate)
    const steady = found.filter((area) => area.state === 'some' || view.per === 'count')
    most = Math.max(0, ...steady.map((area) => value(area) ?? 0))
    const colours = new Map<string, string>()
    for (const area of found) {
      const own = value(area)
      colours.set(area.id, own === null ? NO_DATA : own === 0 ? CALM : colourOf(own))
    }
    board.colour(view.level as AreaLevel, colours)
  }

  function drawHexagons(): void {
    const found = answers.hexagons.value
    if (!found) return board.shapes([])
    most = Math.max(0, ...found.counts)
    board.shapes(found.rings.map((ring, k) => ({ ring, colour: colourOf(found.counts[k]!) })))
  }

  return {
    board,
    /** Draw what is known; says the top of the scale. `step` below zero is the whole period. */
    draw(view: HeatView, step: number): number {
      if (view.drawn !== 'areas') board.colour(null, new Map())
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
