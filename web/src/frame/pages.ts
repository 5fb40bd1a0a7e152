/**
 * The pages of the house: where each lies and who finds it in the bar. This hides nothing that the store does not
 * (api/access): it only spares people pages they could not use.
 *
 * An entry shows as soon as its HTML file is there (vite.config.ts), so a new page adds its file and, where it is not
 * yet listed, its line here and its name in text/frame.
 */

import type { Role } from '../account/account'
import type { FrameTexts } from '../text/frame'
import type { IconName } from './icons'

export type PageName = keyof FrameTexts['pages']

export interface PageEntry {
  readonly name: PageName
  readonly href: string
  readonly icon: IconName
  /** `everyone` includes visitors of the sample; `members` is whoever has logged in. */
  readonly roles: 'everyone' | 'members' | readonly Role[]
}

const OFFICES: readonly Role[] = ['community', 'street_office', 'district', 'administrator']
const PLANNERS: readonly Role[] = ['planner', ...OFFICES]
const PATROLS: readonly Role[] = ['grid_worker', 'grid_lead']
const AUDITORS: readonly Role[] = ['auditor']

export const PAGES: readonly PageEntry[] = [
  { name: 'map', href: '/', icon: 'home', roles: 'everyone' },
  { name: 'planner', href: '/planner.html', icon: 'sheet', roles: PLANNERS },
  { name: 'files', href: '/files.html', icon: 'print', roles: PLANNERS },
  { name: 'issues', href: '/issues.html', icon: 'warning', roles: 'members' },
  { name: 'office', href: '/office.html', icon: 'panel', roles: [...PATROLS, 'department', 'property_firm', ...OFFICES] },
  { name: 'heat', href: '/heat.html', icon: 'cube', roles: 'everyone' },
  { name: 'patrol', href: '/patrol.html', icon: 'aim', roles: [...PATROLS, 'department', 'property_firm', 'community', 'street_office'] },
  { name: 'rounds', href: '/rounds.html', icon: 'aim', roles: ['grid_lead', ...OFFICES] },
  { name: 'casework', href: '/casework.html', icon: 'key', roles: ['street_office', 'district', 'administrator'] },
  { name: 'report', href: '/report.html', icon: 'plus', roles: 'everyone' },
  { name: 'people', href: '/people.html', icon: 'person', roles: OFFICES },
  { name: 'audit', href: '/audit.html', icon: 'key', roles: AUDITORS },
]

/** Those of the pages that were built and are of use to somebody with these roles (null: nobody has logged in). */
export function pagesFor(roles: readonly Role[] | null, built: readonly string[] = __PAGES__): PageEntry[] {
  return PAGES.filter((page) => built.includes(fileOf(page)) && isFor(page, roles))
}

export function isFor(page: PageEntry, roles: readonly Role[] | null): boolean {
  if (page.roles === 'everyone') return true
  if (roles === null) return false
  return page.roles === 'members' || page.roles.some((role) => roles.includes(role))
}

export function pageNamed(name: PageName): PageEntry {
  const page = PAGES.find((entry) => entry.name === name)
  if (!page) throw new Error(`frame/pages.ts lists no page “${name}”.`)
  return page
}

function fileOf({ href }: PageEntry): string {
  return href === '/' ? 'index.html' : href.slice(1)
}
