/** Opens the desk's page of rounds: who walked where, what they reached, what looks wrong. */

import { mountPage } from '../frame/mount'
import { openPage } from '../frame/page'
import { openRounds, ROUNDS } from './rounds'
import RoundsPage from './RoundsPage.vue'

const page = openPage('rounds')
const rounds = openRounds(page)
mountPage(page, RoundsPage, { reach: (app) => app.provide(ROUNDS, rounds) })
