/** Opens the desk's page of issues: list and map in step, one case beside them. */

import { mountPage } from '../frame/mount'
import { openPage } from '../frame/page'
import { ISSUES, openIssues } from './desk'
import IssuesPage from './IssuesPage.vue'

const page = openPage('issues')
const issues = openIssues(page)
mountPage(page, IssuesPage, { reach: (app) => app.provide(ISSUES, issues) })
