/** Opens the office's morning page. */

import { mountPage } from '../frame/mount'
import { openPage } from '../frame/page'
import OfficePage from './OfficePage.vue'

mountPage(openPage('office'), OfficePage)
