/** My tasks: read from the service, kept for when there is no signal, in the order that suits a walk or a deadline. */

import { ref, shallowRef } from 'vue'
import { answer, type Schemas } from '../api/service'
import { distanceM } from '../core/distance'
import type { Position } from '../core/place'
import type { Page } from '../frame/page'
import { kept } from './kept'

export type Task = Schemas['IssueRead']
export type Order = 'distance' | 'due'

const MOST = 200
const memory = kept<readonly Task[]>('tasks')

/** What the phone last read of the open cases around: all that it knows without signal. */
export function knownTasks(): readonly Task[] {
  return memory.read() ?? []
}

/** What the last one was shown is not the next one's to see. */
export function forgetTasks(): void {
  memory.forget()
}

export function openTasks(page: Page) {
  const tasks = shallowRef<readonly Task[]>([])
  const phase = ref<'reading' | 'read' | 'failed'>('reading')
  const fault = ref('')

  async function read(): Promise<void> {
    const told = await answer(() => page.line.GET('/api/issues', { params: { query: { open: true, sort: 'due', limit: MOST } } }))
    if (told.ok) {
      tasks.value = told.value.items
      memory.write(told.value.items)
    } else page.troubled(told.reason)
    phase.value = told.ok ? 'read' : tasks.value.length ? 'read' : 'failed'
    fault.value = told.ok || told.reason.kind === 'away' ? '' : told.reason.detail
  }

  return { tasks, phase, fault, read }
}

export function placeOf({ lon, lat }: Pick<Task, 'lon' | 'lat'>): Position {
  return [lon, lat]
}

/** Nearest first, or most urgent first; without a position or a deadline, last. */
export function ordered(tasks: readonly Task[], order: Order, here: Position | null): readonly Task[] {
  const key = (task: Task): number => {
    if (order === 'distance' && here) return distanceM(here, placeOf(task))
    return task.due_at ? Date.parse(task.due_at) : Infinity
  }
  return tasks
    .map((task) => ({ task, key: key(task) }))
    .sort((a, b) => (a.key === b.key ? 0 : a.key - b.key))
    .map(({ task }) => task)
}
