/** Opens the desk: the map's code, the city and the tile list are asked for at once, so that none waits for another. */

import { createApp } from 'vue'
import { ACCOUNT, openAccount, openDoor } from './account/account'
import { openLine } from './api/line'
import { openService } from './api/service'
import DeskPage from './desk/DeskPage.vue'
import { openPreferences } from './desk/preferences'
import { DESK, openDesk } from './desk/session'

const mapCode = import('./map/stage')
const preferences = openPreferences()
const entrance = openDoor()
const line = openLine(() => preferences.language.value, entrance.door)
const account = openAccount(line, entrance, () => location.reload())
const service = openService(line)
const desk = openDesk(service, preferences)
const tiles = service.tileLayers()
const basemap = service.basemap()
const city = desk.readCity()
void account.readMe()

const page = createApp(DeskPage, { opening: { mapCode, tiles, basemap, city } })
page.provide(DESK, desk)
page.provide(ACCOUNT, account)
page.mount('#desk')
