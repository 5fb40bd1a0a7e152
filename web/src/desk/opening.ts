/** What the map waits for before it can be drawn; all of it is already under way when the page is mounted. */

import type { Answer, BasemapSettings, TileLayer } from '../api/service'

export interface Opening {
  readonly mapCode: Promise<typeof import('../map/stage')>
  readonly tiles: Answer<readonly TileLayer[]>
  readonly basemap: Answer<BasemapSettings | null>
  readonly city: Promise<void>
}
