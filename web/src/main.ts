/** Opens the desk: the map's code, the city and the tile list are asked for at once, so that none waits for another. */

import { createApp } from 'vue'
import { openService } from './api/service'
import DeskPage from './desk/DeskPage.vue'
import { openPreferences } from './desk/preferences'
import { DESK, openDesk } from './desk/session'

const mapCode = import('./map/stage')
const preferences = openPreferences()
const service = openService(() => preferences.language.value)
const desk = openDesk(service, preferences)
const tiles = service.tileLayers()
const basemap = service.basemap()
const city = desk.readCity()

const page = createApp(DeskPage, { opening: { mapCode, tiles, basemap, city } })
page.provide(DESK, desk)
page.mount('#desk')
