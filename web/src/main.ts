/** Opens the desk: the map's code, the city and the tile list are asked for at once, so that none waits for another. */

import DeskPage from './desk/DeskPage.vue'
import { DESK, openDesk } from './desk/session'
import { mountPage } from './frame/mount'
import { openPage } from './frame/page'

const mapCode = import('./map/stage')
const page = openPage('map')
const desk = openDesk(page)
const tiles = page.service.tileLayers()
const basemap = page.service.basemap()
const city = desk.readCity()

mountPage(page, DeskPage, {
  props: { opening: { mapCode, tiles, basemap, city } },
  at: '#desk',
  reach: (app) => app.provide(DESK, desk),
})
