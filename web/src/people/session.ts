/** What the page of people knows and shows: a community's roster and ground, the picked place, the person being placed. */

import { computed, inject, ref, shallowRef, type InjectionKey } from 'vue'
import type { Trouble } from '../api/service'
import { grantable } from '../core/staffing'
import type { Page } from '../frame/page'
import { openPeople, type Assignment, type Community, type Ground, type PostKind, type Roster } from './people'

export type Office = ReturnType<typeof openOffice>
export const OFFICE: InjectionKey<Office> = Symbol('office')

export function useOffice(): Office {
  const office = inject(OFFICE)
  if (!office) throw new Error('A component of the people page stands outside it.')
  return office
}

/** Who is on the way to a new place: somebody without that post yet, or a post that moves. */
export type Carried =
  | { readonly how: 'assign'; readonly person: { readonly id: string; readonly name: string } }
  | { readonly how: 'transfer'; readonly post: Assignment }

/** What can be given: a post by name, or a bare role. */
export interface Givable {
  readonly key: string
  readonly post: string | null
  readonly role: string
}

export type Tab = 'roster' | 'search' | 'import'

export function openOffice(page: Page) {
  const people = openPeople(page.line)
  const { account } = page
  const tab = ref<Tab>('roster')
  const communities = shallowRef<readonly Community[] | null>(null)
  const kinds = shallowRef<readonly PostKind[]>([])
  const communityId = ref('')
  const roster = shallowRef<Roster | null>(null)
  const ground = shallowRef<readonly Ground[] | null>(null)
  const picked = shallowRef<Ground | null>(null)
  const carried = shallowRef<Carried | null>(null)
  /** The person whose sheet is open. */
  const shown = ref<string | null>(null)
  const fault = shallowRef<Trouble | null>(null)

  const rights = computed(() => grantable(account.me.value?.roles ?? []))
  const givable = computed<Givable[]>(() => kinds.value
    .filter(({ role }) => rights.value.has(role))
    .map(({ name, role }) => ({ key: name, post: name, role })))
  const bareRoles = computed<Givable[]>(() =>
    [...rights.value].filter((role) => role !== 'resident').map((role) => ({ key: `role:${role}`, post: null, role })),
  )

  function troubled(trouble: Trouble): void {
    fault.value = trouble
    page.troubled(trouble)
  }

  async function open(): Promise<void> {
    fault.value = null
    const [found, posts] = await Promise.all([people.communities(), people.kinds()])
    if (posts.ok) kinds.value = posts.value
    if (!found.ok) return troubled(found.reason)
    communities.value = found.value
    const wanted = new URLSearchParams(location.search).get('community')
    const first = found.value.find(({ id }) => id === wanted) ?? found.value[0]
    if (first) await enter(first.id)
  }

  /** Show another community's roster. */
  async function enter(id: string): Promise<void> {
    communityId.value = id
    picked.value = null
    ground.value = roster.value = null
    history.replaceState(null, '', `?community=${id}`)
    const found = await people.ground(id)
    if (communityId.value !== id) return
    if (!found.ok) return troubled(found.reason)
    ground.value = found.value
    await refresh()
  }

  /** Read the roster again: after a change, or when the service is back. */
  async function refresh(): Promise<void> {
    const id = communityId.value
    if (!id) return open()
    const found = await people.roster(id)
    if (communityId.value !== id) return
    if (!found.ok) return troubled(found.reason)
    fault.value = null
    roster.value = found.value
  }

  function carry(what: Carried): void {
    carried.value = what
    shown.value = null
    tab.value = 'roster'
  }

  page.whenBack(() => void refresh())
  return {
    ...{ page, people, tab, communities, kinds, communityId, roster, ground, picked, carried, shown, fault },
    ...{ givable, bareRoles, open, enter, refresh, carry },
  }
}
