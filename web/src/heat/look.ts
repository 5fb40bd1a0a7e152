/** What a heat board's style is made from: the reader's language and light, and the layers of the service. */

import { computed, shallowRef } from 'vue'
import type { TileLayer } from '../api/service'
import type { Box } from '../core/place'
import type { Page } from '../frame/page'
import type { Look } from '../map/style'

export function useLook(page: Page) {
  const { language, light, texts } = page.preferences
  const layers = shallowRef<readonly TileLayer[]>([])
  const box = shallowRef<Box | null>(null)
  const look = computed<Look>(() => ({
    theme: light.value,
    tongue: { language: language.value, texts: texts.value },
    scale: 1,
    tilted: false,
    layers: layers.value,
    basemap: null,
  }))

  async function read(): Promise<void> {
    const [city, tiles] = await Promise.all([page.service.city(), page.service.tileLayers()])
    if (city.ok && city.value.bbox) box.value = city.value.bbox as unknown as Box
    if (tiles.ok) layers.value = tiles.value
    if (!city.ok) page.troubled(city.reason)
  }
  return { look, box, layers, read }
}
