/** Opens the planner's page: the list of plans, the editor of one, comparison and history. */

import { mountPage } from '../frame/mount'
import { openPage } from '../frame/page'
import { openAsks, PLANNER } from './asks'
import PlannerPage from './PlannerPage.vue'

const page = openPage('planner')

mountPage(page, PlannerPage, { reach: (app) => app.provide(PLANNER, openAsks(page.line)) })
