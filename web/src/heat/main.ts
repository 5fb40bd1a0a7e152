/** Opens the heat map. */

import { mountPage } from '../frame/mount'
import { openPage } from '../frame/page'
import HeatPage from './HeatPage.vue'

mountPage(openPage('heat'), HeatPage)
