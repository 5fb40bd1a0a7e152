/** Opens the page on which auditors search the events. */

import { mountPage } from '../frame/mount'
import { openPage } from '../frame/page'
import AuditPage from './AuditPage.vue'

mountPage(openPage('audit'), AuditPage)
