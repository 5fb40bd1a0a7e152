/** Opens the page of rules of casework: who answers for what, and how long each stage may take. */

import { mountPage } from '../frame/mount'
import { openPage } from '../frame/page'
import CaseworkPage from './CaseworkPage.vue'
import { CASEWORK, openCasework } from './casework'

const page = openPage('casework')
const casework = openCasework(page)
mountPage(page, CaseworkPage, { reach: (app) => app.provide(CASEWORK, casework) })
