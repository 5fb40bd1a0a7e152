/** Opens the residents' page: report without an account, follow one's own reports, see what is public. */

import { mountPage } from '../frame/mount'
import { openPage } from '../frame/page'
import { openPhone, PHONE } from '../patrol/phone'
import ResidentPage from './ResidentPage.vue'

const page = openPage('report')
const phone = await openPhone(page)
mountPage(page, ResidentPage, { reach: (app) => app.provide(PHONE, phone) })
