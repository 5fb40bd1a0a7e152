/** How long a case still has, or how late it is, in a few letters. */

import type { IssueTexts } from '../text/issues'
import type { Issue } from './desk'

const MINUTE_MS = 60_000

export function deadlineOf(issue: Pick<Issue, 'due_at' | 'stage' | 'suspended_until' | 'waiting'>, now: number, words: IssueTexts): string {
  if (issue.suspended_until || issue.waiting) return words.desk.stands
  if (!issue.due_at || !issue.stage) return '—'
  const left = Date.parse(issue.due_at) - now
  const span = spanOf(left, words.time)
  return `${words.stages[issue.stage]} · ${left < 0 ? words.desk.late(span) : words.desk.left(span)}`
}

/** A span of time as one says it on the street; what is shorter than a minute is “now”. */
export function spanOf(ms: number, time: IssueTexts['time']): string {
  const minutes = Math.floor(Math.abs(ms) / MINUTE_MS)
  if (minutes < 1) return time.now
  if (minutes < 60) return time.minutes(String(minutes))
  const hours = Math.floor(minutes / 60)
  return hours < 48 ? time.hours(String(hours)) : time.days(String(Math.floor(hours / 24)))
}
