/** What the service answers to the page's question; an older answer never overtakes a newer one. */

import { ref, shallowRef, type Ref, type ShallowRef } from 'vue'
import type { Film } from '../core/film'
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
  const fault: Ref<string> = ref('')
  const searching = ref(false)
  let asked = 0

  /** Ask for everything that the filters and the view want; false where a newer question has been asked meanwhile. */
  async function ask(): Promise<boolean> {
    const mine = ++asked
    const { compare, drawn, level, per } = view.value
    const wantsPast = compare === 'side' || compare === 'difference'
    const [told, now, old, byMonth, found, six] = await Promise.all([
      heat.summary(filter.value),
      heat.film(filter.value, 7),
      wantsPast ? heat.film(otherOf(filter.value, view.value), 7) : null,
      compare === 'months' ? heat.film(filter.value, null) : null,
      heat.areas(filter.value, level, per === 'patrol' ? 'patrol_hours' : 'households'),
      drawn === 'hexagons' ? heat.hexagons(filter.value) : null,
    ])
    if (mine !== asked) return false
    fault.value = 'fault' in told ? told.fault : ''
    if ('away' in told && told.away) page.connection.lost()
    if ('value' in told) summary.value = told.value
    if ('value' in found) areas.value = found.value
    hexagons.value = six && 'value' in six ? six.value : null
    film.value = now
    past.value = old
    months.value = byMonth
    return true
  }

  async function findSpots(): Promise<void> {
    searching.value = true
    const found = await heat.spots(filter.value)
    searching.value = false
    if ('fault' in found) fault.value = found.fault
    else spots.value = found.value
  }

  return { summary, areas, hexagons, spots, film, past, months, fault, searching, ask, findSpots }
}
