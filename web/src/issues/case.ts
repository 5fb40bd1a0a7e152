/** One case as the page reads and moves it. */

import { ref, shallowRef } from 'vue'
import { answer, done, type Schemas, type Trouble } from '../api/service'
import type { Issues } from './desk'

export type Case = Schemas['CaseRead']
export type Act = Schemas['ActCreate']
export type Step = Act['action']

const CONFLICT = 409

/** `why` puts a trouble into words. */
export function openCase(id: string, { page, read: readList }: Issues, why: (trouble: Trouble) => string) {
  const { line } = page
  const found = shallowRef<Case | null>(null)
  const fault = ref('')
  const busy = ref(false)
  const moved = ref(false)

  async function read(): Promise<void> {
    fault.value = ''
    const told = await answer(() => line.GET('/api/issues/{issue_id}', { params: { path: { issue_id: id } } }))
    if (told.ok) found.value = told.value
    else fault.value = why(told.reason)
  }

  /** Do one thing; true when it is done. A case that has moved on is read anew, and nothing is done. */
  async function act(said: Omit<Act, 'id' | 'base_version'>): Promise<boolean> {
    if (!found.value) return false
    busy.value = true
    moved.value = false
    const body: Act = { ...said, id: crypto.randomUUID(), base_version: found.value.version }
    const told = await answer(() => line.POST('/api/issues/{issue_id}/acts', { params: { path: { issue_id: id } }, body }))
    busy.value = false
    if (told.ok) {
      found.value = told.value
      fault.value = ''
      void readList()
      return true
    }
    fault.value = why(told.reason)
    if (told.reason.kind === 'refused' && told.reason.status === CONFLICT) {
      await read()
      moved.value = true
    }
    return false
  }

  async function say(words: string): Promise<boolean> {
    const body = { id: crypto.randomUUID(), words }
    const told = await done(() => line.POST('/api/issues/{issue_id}/messages', { params: { path: { issue_id: id } }, body }))
    if (told.ok) await read()
    else fault.value = why(told.reason)
    return told.ok
  }

  return { found, fault, busy, moved, read, act, say }
}

/** What a step has to be told besides a note. */
export function needs(action: Step): 'body' | 'bodies' | 'until' | 'hours' | 'into' | 'stars' | 'parts' | 'corrected' | null {
  switch (action) {
    case 'dispatch':
      return 'body'
    case 'whistle':
      return 'bodies'
    case 'suspend':
      return 'until'
    case 'extend':
      return 'hours'
    case 'merge':
      return 'into'
    case 'survey':
      return 'stars'
    case 'split':
      return 'parts'
    case 'correct':
      return 'corrected'
    default:
      return null
  }
}

/** Steps that take a photo as their proof. */
export const WITH_PHOTOS: readonly Step[] = ['verify', 'handle', 'solve', 'check', 'rework']

/** Steps that are not for a form of this page: the clock's, or made elsewhere. */
export const ELSEWHERE: readonly Step[] = ['report', 'remind', 'warn', 'list', 'me_too']
