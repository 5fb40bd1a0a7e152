/** Who stands where in a community, and where nobody does: what a roster says, place by place. */

export interface Held {
  readonly place_id: string | null
  readonly since: string
  readonly until: string | null
}

export interface Missing {
  readonly place_id: string
  readonly least: number
  readonly there: number
}

/** `short`: a rule asks for more people; `staffed`: somebody stands there; `empty`: nobody, and no rule asks. */
export type Staffing = 'short' | 'staffed' | 'empty'

export function staffingOf(place: string, posts: readonly Held[], vacancies: readonly Missing[], now: Date): Staffing {
  if (vacancies.some(({ place_id }) => place_id === place)) return 'short'
  return posts.some((post) => post.place_id === place && tenure(post, now) === 'now') ? 'staffed' : 'empty'
}

/** Whether a post is yet to begin, is held now, or has ended. */
export type Tenure = 'coming' | 'now' | 'over'

export function tenure({ since, until }: Pick<Held, 'since' | 'until'>, now: Date): Tenure {
  if (new Date(since) > now) return 'coming'
  return until && new Date(until) <= now ? 'over' : 'now'
}

/** The roles that each role may give (migration 0020 decides; this only spares people choices that would be refused). */
const BELOW_COMMUNITY = ['resident', 'property_firm', 'grid_worker', 'grid_lead'] as const
const BELOW_STREET = [...BELOW_COMMUNITY, 'department', 'planner', 'community'] as const
const BELOW_DISTRICT = [...BELOW_STREET, 'street_office'] as const
const GRANTS: Readonly<Record<string, readonly string[]>> = {
  community: BELOW_COMMUNITY,
  street_office: BELOW_STREET,
  district: BELOW_DISTRICT,
  administrator: [...BELOW_DISTRICT, 'district', 'auditor', 'administrator'],
}

export function grantable(roles: readonly string[]): ReadonlySet<string> {
  return new Set(roles.flatMap((role) => GRANTS[role] ?? []))
}
