/** What the legend explains at a zoom, in the map's own colours. */

import { ZOOMS } from '../core/levels'
import { PALETTES, type Theme } from '../map/style'
import type { Texts } from '../text'

export interface LegendEntry {
  readonly key: keyof Texts['legend']
  readonly shape: 'field' | 'line' | 'dash'
  readonly fill: string
  readonly edge: string
}

export function legend(theme: Theme, zoom: number): LegendEntry[] {
  const p = PALETTES[theme]
  const field = (key: LegendEntry['key'], fill: string, edge: string): LegendEntry => ({ key, shape: 'field', fill, edge })
  const line = (key: LegendEntry['key'], fill: string, edge: string): LegendEntry => ({ key, shape: 'line', fill, edge })
  const dash = (key: LegendEntry['key'], fill: string): LegendEntry => ({ key, shape: 'dash', fill, edge: fill })
  const far = [line('subdistrictBorder', p.subdistrictBorder, p.subdistrictBorder), dash('communityBorder', p.communityBorder)]
  const middle = [field('compound', p.compound, p.compoundBorder)]
  const near = [
    field('residential', p.residential, p.buildingBorder),
    field('mixed', p.mixed, p.buildingBorder),
    field('commercial', p.commercial, p.buildingBorder),
    field('public', p.public, p.buildingBorder),
    field('other', p.other, p.buildingBorder),
  ]
  const ground = [
    field('water', p.water, p.water),
    field('park', p.park, p.park),
    line('majorRoad', p.mainRoad, p.mainRoadEdge),
    line('minorRoad', p.road, p.roadEdge),
    dash('wall', p.wall),
  ]
  return [
    ...far,
    ...(zoom >= ZOOMS.compound.drawn ? middle : []),
    ...(zoom >= ZOOMS.building.drawn ? near : []),
    ...ground,
  ]
}
