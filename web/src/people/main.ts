/** Opens the page of people and rosters. */

import { mountPage } from '../frame/mount'
import { openPage } from '../frame/page'
import PeoplePage from './PeoplePage.vue'
import { OFFICE, openOffice } from './session'

const page = openPage('people')
const office = openOffice(page)

mountPage(page, PeoplePage, { reach: (app) => app.provide(OFFICE, office) })
