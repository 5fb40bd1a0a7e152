/** What the page of people asks of the service. */

import type { Readable } from 'openapi-typescript-helpers'
import { answer, done, type Schemas } from '../api/service'
import type { Line } from '../api/line'

export type Person = Readable<Schemas['PersonRead']>
export type PersonRecord = Readable<Schemas['PersonDetail']>
export type PostHeld = Readable<Schemas['PostHeld']>
export type PostKind = Readable<Schemas['PostKindRead']>
export type Assignment = Readable<Schemas['AssignmentRead']>
export type Vacancy = Readable<Schemas['VacancyRead']>
export type Roster = Readable<Schemas['RosterRead']>
export type Ground = Readable<Schemas['GroundRead']>
export type Community = Readable<Schemas['CommunityRead']>
export type Imported = Readable<Schemas['RosterImported']>
export type NewAccount = Readable<Schemas['AccountMade']>
export type Number_ = 'phone' | 'id_number'

export type People = ReturnType<typeof openPeople>

export function openPeople(line: Line) {
  const person = (id: string) => ({ path: { person_id: id } })
  const community = (id: string) => ({ path: { community_id: id } })
  return {
    communities: () => answer(() => line.GET('/api/rosters')),
    kinds: () => answer(() => line.GET('/api/posts')),
    roster: (id: string) => answer(() => line.GET('/api/rosters/{community_id}', { params: community(id) })),
    ground: (id: string) => answer(() => line.GET('/api/rosters/{community_id}/ground', { params: community(id) })),
    find: (wanted: { name?: string; phone?: string; community_id?: string }) =>
      answer(() => line.GET('/api/people', { params: { query: wanted } })),
    add: (wanted: Schemas['PersonCreate']) => answer(() => line.POST('/api/people', { body: wanted })),
    record: (id: string) => answer(() => line.GET('/api/people/{person_id}', { params: person(id) })),
    reveal: (id: string, field: Number_, reason: string) =>
      answer(() => line.POST('/api/people/{person_id}/reveal', { params: person(id), body: { field, reason } })),
    export: (id: string, reason: string) =>
      answer(() => line.POST('/api/people/{person_id}/export', { params: person(id), body: { reason } })),
    erase: (id: string, reason: string) =>
      done(() => line.POST('/api/people/{person_id}/erase', { params: person(id), body: { reason } })),
    dismiss: (id: string, reason: string) =>
      answer(() => line.POST('/api/people/{person_id}/dismiss', { params: person(id), body: { reason } })),
    assign: (wanted: Schemas['AssignmentCreate']) => answer(() => line.POST('/api/assignments', { body: wanted })),
    end: (id: string) =>
      done(() => line.DELETE('/api/assignments/{assignment_id}', { params: { path: { assignment_id: id } } })),
    transfer: (id: string, to: Schemas['Transfer']) =>
      answer(() =>
        line.POST('/api/assignments/{assignment_id}/transfer', { params: { path: { assignment_id: id } }, body: to }),
      ),
    makeAccount: (wanted: Schemas['AccountCreate']) => answer(() => line.POST('/api/accounts', { body: wanted })),
    renewPassword: (id: string) =>
      answer(() => line.POST('/api/accounts/{account_id}/password', { params: { path: { account_id: id } } })),
    setAccount: (id: string, active: boolean) =>
      done(() => line.PATCH('/api/accounts/{account_id}', { params: { path: { account_id: id } }, body: { active } })),
    /** Read a roster file; with `write`, put it into the store if no row is faulty. */
    importRoster: (file: File, write: boolean) =>
      answer(() =>
        line.POST('/api/rosters/import', {
          params: { query: { write } },
          body: { file: '' },
          bodySerializer: () => {
            const form = new FormData()
            form.append('file', file)
            return form
          },
        }),
      ),
  }
}
