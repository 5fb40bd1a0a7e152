/** The heat maps of the service, asked for with the page's filters; an older answer never overtakes a newer one. */

import type { Line } from '../api/line'
import type { Schemas } from '../api/service'
import { readFilm, type Film } from '../core/film'
import { askedOf, type HeatFilter } from '../core/heatfilter'

export type Summary = Schemas['SummaryRead']
export type Areas = Schemas['AreasRead']
export type Area = Schemas['AreaRead']
export type Hexagons = Schemas['HexagonsRead']
export type Spots = Schemas['SpotsRead']
export type Spot = Schemas['SpotRead']

export type Said<Value> = { readonly value: Value } | { readonly fault: string; readonly away?: boolean }

/** The filters as the typed line takes them. */
export function queryOf(filter: HeatFilter): Record<string, unknown> {
  const query: Record<string, unknown> = {}
  for (const [name, value] of askedOf(filter)) {
    if (name in filter && Array.isArray(filter[name as keyof HeatFilter])) query[name] = [...((query[name] as string[]) ?? []), value]
    else query[name] = value
  }
  return query
}

export function openHeat(line: Line) {
  async function said<Value>(ask: () => Promise<{ data?: Value; error?: unknown }>): Promise<Said<Value>> {
    try {
      const { data, error } = await ask()
      if (data !== undefined) return { value: data }
      const detail = (error as { detail?: unknown } | undefined)?.detail
      return { fault: typeof detail === 'string' ? detail : '' }
    } catch {
      return { fault: '', away: true }
    }
  }

  return {
    summary: (filter: HeatFilter) =>
      said<Summary>(() => line.GET('/api/heat', { params: { query: queryOf(filter) as never } }) as never),
    areas: (filter: HeatFilter, level: string, base: 'households' | 'patrol_hours' = 'households') =>
      said<Areas>(
        () =>
          line.GET('/api/heat/areas/{level}', {
            params: { path: { level: level as never }, query: { ...queryOf(filter), base } as never },
          }) as never,
      ),
    hexagons: (filter: HeatFilter) =>
      said<Hexagons>(() => line.GET('/api/heat/hexagons', { params: { query: queryOf(filter) as never } }) as never),
    spots: (filter: HeatFilter) =>
      said<Spots>(() => line.GET('/api/heat/spots', { params: { query: queryOf(filter) as never } }) as never),
    async film(filter: HeatFilter, step: number | null): Promise<Film | null> {
      const query = { ...queryOf(filter), ...(step ? { step } : {}) }
      const found = await said<ArrayBuffer>(
        () => line.GET('/api/heat/film', { params: { query: query as never }, parseAs: 'arrayBuffer' }) as never,
      )
      return 'value' in found ? readFilm(found.value) : null
    },
  }
}
