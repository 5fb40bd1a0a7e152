/**
 * Opens the desk: the map's code, the city and the tile list are asked for at once, so that none waits for another.
 *
 * The map's worker takes as long to start as the page to be put together, but the page would keep it waiting: so the
 * page comes second, unless the map's code is slow to come.
 */

import DeskPage from './desk/DeskPage.vue'
import { DESK, openDesk } from './desk/session'
import { mountPage } from './frame/mount'
import { openPage } from './frame/page'

const PATIENCE_MS = 300

const mapCode = import('./map/stage')
const page = openPage('map')
const desk = openDesk(page)
const tiles = page.service.tileLayers()
const basemap = page.service.basemap()
const city = desk.readCity()

void Promise.race([mapCode, later(PATIENCE_MS)])
  .catch(() => {})
  .then(() => later(150))
  .then(() => {
    mountPage(page, DeskPage, {
      props: { opening: { mapCode, tiles, basemap, city } },
      at: '#desk',
      reach: (app) => app.provide(DESK, desk),
    })
  })

function later(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
