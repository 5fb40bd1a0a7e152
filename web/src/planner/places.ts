/** The communities that a planner may choose from: those under the posts that they hold. */

import type { Me } from '../account/account'
import type { Service } from '../api/service'
import type { Level } from '../core/levels'

export interface Area {
  readonly id: string
  readonly level: 'subdistrict' | 'community'
  readonly name: string
  readonly name_en: string | null
}

/** `service` tells what lies under a place. Whoever holds a post over everything starts from where the map is. */
export async function communitiesOf(service: Service, me: Me | null): Promise<readonly Area[]> {
  const roots = me?.posts.flatMap(({ level, place_id }) => (place_id ? [{ level: level as Level, id: place_id }] : [])) ?? []
  const wanted = roots.length ? roots : await everywhere(service)
  const lists = await Promise.all(wanted.map((root) => under(service, root)))
  const known = new Map(lists.flat().map((area) => [area.id, area]))
  return [...known.values()]
}

async function under(service: Service, root: { level: Level; id: string }): Promise<Area[]> {
  const found = await service.place(root)
  if (!found.ok) return []
  const { id, level, name, name_en } = found.value
  const children = found.value.children?.items ?? []
  const own: Area[] = level === 'subdistrict' || level === 'community' ? [{ id, level, name, name_en: name_en ?? null }] : []
  if (level === 'community') return own
  if (level !== 'subdistrict') {
    const lists = await Promise.all(children.filter((child) => child.level === 'subdistrict').map((child) => under(service, child)))
    return lists.flat()
  }
  const communities = children.filter((child) => child.level === 'community')
  return [...own, ...communities.map((child): Area => ({ id: child.id, level: 'community', name: child.name, name_en: child.name_en ?? null }))]
}

/** Subdistricts by the word that all their names end with. */
async function everywhere(service: Service): Promise<{ level: Level; id: string }[]> {
  const found = await service.search('街道', AbortSignal.timeout(10_000))
  if (!found.ok) return []
  return found.value.items.filter(({ level }) => level === 'subdistrict').map(({ id, level }) => ({ id, level }))
}
