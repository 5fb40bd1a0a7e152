/** Opens the page of files in and out. */

import { mountPage } from '../frame/mount'
import { openPage } from '../frame/page'
import FilesPage from './FilesPage.vue'

mountPage(openPage('files'), FilesPage)
