/** What the service answers to the page's question; an older answer never overtakes a newer one. */

import { ref, shallowRef, type Ref, type ShallowRef } from 'vue'
import { busiestStep, dateOf, type Film } from '../core/film'
import { otherOf, type HeatFilter, type HeatView } from '../core/heatfilter'
import type { Page } from '../frame/page'
import { openHeat, type Areas, type Hexagons, type Spots, type Summary } from './service'

export type Answers = ReturnType<typeof useAnswers>

export function useAnswers(page: Page, filter: Readonly<ShallowRef<HeatFilter>>, view: Readonly<ShallowRef<HeatView>>) {
  const heat = openHeat(page.line)
  const summary = shallowRef<Summary | null>(null)
  const areas = shallowRef<Areas | null>(null)
  const hexagons = shallowRef<Hexagons | null>(null)
  const spots = shallowRef<Spots | null>(null)
  const film = shallowRef<Film | null>(null)
  const past = shallowRef<Film | null>(null)
  const months = shallowRef<Film | null>(null)
  const pastAreas = shallowRef<Areas | null>(null)
  const pastHexagons = shallowRef<Hexagons | null>(null)
  /** Areas of single steps of the film, as far as anybody has looked at them. */
  const stepAreas = new Map<number, Areas>()
  const fault: Ref<string> = ref('')
  const searching = ref(false)
  let asked = 0

  /** Ask for everything that the filters and the view want; false where a newer question has been asked meanwhile. */
  async function ask(): Promise<boolean> {
    const mine = ++asked
    const { compare, drawn, level, per } = view.value
    const wantsPast = compare === 'side' || compare === 'difference'
    const base = per === 'patrol' ? 'patrol_hours' : 'households'
    const before = otherOf(filter.value, view.value)
    const [told, now, old, byMonth, found, six, foundBefore, sixBefore] = await Promise.all([
      heat.summary(filter.value),
      heat.film(filter.value, 7),
      wantsPast ? heat.film(before, 7) : null,
      compare === 'months' ? heat.film(filter.value, null) : null,
      heat.areas(filter.value, level, base),
      drawn === 'hexagons' ? heat.hexagons(filter.value) : null,
      wantsPast && drawn === 'areas' ? heat.areas(before, level, base) : null,
      wantsPast && drawn === 'hexagons' ? heat.hexagons(before) : null,
    ])
    if (mine !== asked) return false
    fault.value = 'fault' in told ? told.fault : ''
    if ('away' in told && told.away) page.connection.lost()
    if ('value' in told) summary.value = told.value
    if ('value' in found) areas.value = found.value
    stepAreas.clear()
    hexagons.value = six && 'value' in six ? six.value : null
    pastAreas.value = foundBefore && 'value' in foundBefore ? foundBefore.value : null
    pastHexagons.value = sixBefore && 'value' in sixBefore ? sixBefore.value : null
    film.value = now
    past.value = old
    months.value = byMonth
    return true
  }

  /** Read the areas of a step of the film, and of the busiest one, which sets their scale. False where others are asked. */
  async function readStep(step: number): Promise<boolean> {
    const [mine, shown] = [asked, film.value]
    if (!shown || step < 0) return true
    const { level, per } = view.value
    const wanted = [step, busiestStep(shown)].filter((one, k, all) => !stepAreas.has(one) && all.indexOf(one) === k)
    const found = await Promise.all(
      wanted.map((one) => heat.areas({ ...filter.value, ...daysOf(shown, one) }, level, per === 'patrol' ? 'patrol_hours' : 'households')),
    )
    if (mine !== asked) return false
    found.forEach((said, k) => 'value' in said && stepAreas.set(wanted[k]!, said.value))
    return true
  }

  /** The first and the last day of a step, no further than the period itself goes. */
  function daysOf(shown: Film, step: number): { since: string; until: string } {
    const last = new Date(Date.parse(dateOf(shown, step)) + (shown.step - 1) * 86_400_000).toISOString().slice(0, 10)
    const { until } = filter.value
    return { since: dateOf(shown, step), until: until && until < last ? until : last }
  }

  async function findSpots(): Promise<void> {
    searching.value = true
    const found = await heat.spots(filter.value)
    searching.value = false
    if ('fault' in found) fault.value = found.fault
    else spots.value = found.value
  }

  return {
    ...{ summary, areas, hexagons, spots, film, past, months, pastAreas, pastHexagons, stepAreas, fault, searching },
    ...{ ask, readStep, findSpots },
  }
}
