/** What the planner weighs when the machine draws: multiples of what is usual, by names that say what they do. */

export const AIMS = ['few_grids', 'near_target', 'short_walks', 'whole_buildings', 'whole_stairwells'] as const
export type Aim = (typeof AIMS)[number]
export type Leanings = Readonly<Record<Aim, number>>

export const USUAL: Leanings = { few_grids: 1, near_target: 1, short_walks: 1, whole_buildings: 1, whole_stairwells: 1 }
export const HEAVIEST = 4

/** The leanings as the service wants them: nothing where all is as usual. */
export function said(leanings: Leanings): Leanings | null {
  return AIMS.every((aim) => leanings[aim] === 1) ? null : leanings
}

export function weighed(leanings: Leanings, aim: Aim, value: number): Leanings {
  const sane = Number.isFinite(value) ? Math.min(Math.max(value, 0), HEAVIEST) : 1
  return { ...leanings, [aim]: sane }
}
