/** Opens the phone's patrol page: the outbox first, so that nothing made before is forgotten. */

import { mountPage } from '../frame/mount'
import { openPage } from '../frame/page'
import PatrolPage from './PatrolPage.vue'
import { openPhone, PHONE } from './phone'
import { keepShell } from './shell'

const page = openPage('patrol')
const phone = await openPhone(page)
mountPage(page, PatrolPage, { reach: (app) => app.provide(PHONE, phone) })
void keepShell()
