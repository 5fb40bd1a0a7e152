/**
 * Split a micro-grid in two along a drawn line. The inverse of `merge`.
 *
 * No stairwell is cut: each goes to the side on which the middle of its ground lies; what is left of the line, seen
 * along it, becomes the new grid.
 */

import type { Span } from '../bands'
import { boxOf, distance, isSimple, touch, type Point } from '../geometry'
import { middleOfUnit, spansOf, type Plan } from '../plan'
import * as why from '../refusals'
import * as found from './found'

export interface Split {
  readonly grid: string
  /** Metres. */
  readonly line: readonly Point[]
  readonly key: string
  readonly name: string
}

const REACH_M = 10_000

export function refusal(plan: Plan, { grid, line, key, name }: Split): why.Refusal | null {
  if (!plan.grids.has(grid)) return why.UNKNOWN_GRID
  const steps = line.slice(1).map((to, i) => distance(line[i]!, to))
  if (!steps.length || !steps.every((step) => Number.isFinite(step) && step > 0)) return why.LINE_MISSES
  if (!isSimple(prolonged(line, REACH_M))) return why.LINE_CROSSES_ITSELF
  const left = leftOf(plan, grid, line)
  if (!left.length || left.length === spansOf(plan, grid).length) return why.LINE_MISSES
  return found.refusal(plan, { spans: left, key, name })
}

export function perform(plan: Plan, { grid, line, key, name }: Split): Plan {
  return found.perform(plan, { spans: leftOf(plan, grid, line), key, name })
}

/** Floors of the grid whose ground's middle lies left of the line, seen along it. */
export function leftOf(plan: Plan, grid: string, line: readonly Point[]): Span[] {
  const spans = spansOf(plan, grid)
  const middles = spans.map((span) => middleOfUnit(plan, plan.number.get(span.unit)!))
  const [west, south, east, north] = boxOf([...middles, ...line])
  const course = straightOn(line, 4 * (east - west + (north - south)) + 100)
  return spans.filter((_, i) => liesLeft(course, middles[i]!))
}

/** The line with both ends running on straight. */
export function straightOn(line: readonly Point[], reachM: number): Point[] {
  return [beyond(line[1]!, line[0]!, reachM), ...line, beyond(line.at(-2)!, line.at(-1)!, reachM)]
}

/** The same course without its own two ends, which rounding may put a hair beside the straight. */
function prolonged(line: readonly Point[], reachM: number): Point[] {
  const course = straightOn(line, reachM)
  return [course[0]!, ...line.slice(1, -1), course.at(-1)!]
}

function beyond(from: Point, at: Point, reachM: number): Point {
  const far = reachM / distance(from, at)
  return [at[0] + (at[0] - from[0]) * far, at[1] + (at[1] - from[1]) * far]
}

/** A course without end parts the plane: as often as one crosses it, so often one changes sides. */
function liesLeft(course: readonly Point[], point: Point): boolean {
  const [a, b] = [course[1]!, course[2]!]
  const long = distance(a, b)
  const off = Math.min(1e-3, long / 10)
  const across: Point = [((a[1] - b[1]) / long) * off, ((b[0] - a[0]) / long) * off]
  const probe: Point = [(a[0] + b[0]) / 2 + across[0], (a[1] + b[1]) / 2 + across[1]]
  let left = true
  for (let i = 1; i < course.length; i++) if (touch(probe, point, course[i - 1]!, course[i]!)) left = !left
  return left
}
