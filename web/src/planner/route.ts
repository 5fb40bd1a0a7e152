/** Where the planner is on this page, as the address says it: `#plan=…&community=…`, `#compare=…`, `#history`. */

import { onBeforeUnmount, onMounted, shallowRef } from 'vue'

export type Route =
  | { readonly at: 'list'; readonly run: string | null }
  | { readonly at: 'plan'; readonly plan: string; readonly community: string | null }
  | { readonly at: 'compare'; readonly left: string; readonly right: string }
  | { readonly at: 'history'; readonly community: string | null }

export function readRoute(hash: string): Route {
  const said = new URLSearchParams(hash.replace(/^#/, ''))
  const plan = said.get('plan')
  if (plan) return { at: 'plan', plan, community: said.get('community') }
  if (said.has('compare')) return { at: 'compare', left: said.get('compare') ?? '', right: said.get('with') ?? '' }
  if (said.has('history')) return { at: 'history', community: said.get('history') || null }
  return { at: 'list', run: said.get('run') }
}

export function useRoute() {
  const route = shallowRef(readRoute(location.hash))
  const follow = (): void => void (route.value = readRoute(location.hash))
  onMounted(() => window.addEventListener('hashchange', follow))
  onBeforeUnmount(() => window.removeEventListener('hashchange', follow))
  return route
}
