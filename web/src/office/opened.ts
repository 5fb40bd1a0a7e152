/** A number of the page that was opened: of a figure, or of a compound's rating, and which of its cases. */

import type { Schemas } from '../api/service'
import type { Line } from '../api/line'

export type Counted = 'base' | 'good' | 'others'
export type Part = 'reported' | 'late' | 'open' | 'again'

interface Words {
  readonly title: string
  readonly note: string
}

export interface OfFigure extends Words {
  readonly code: string
  readonly counted: Counted
  readonly by?: 'body'
  readonly group?: string
  readonly since?: string
  readonly until?: string
}

export interface OfRating extends Words {
  readonly compound: string
  readonly month: string
  readonly part: Part
}

export type Opened = OfFigure | OfRating

/** The cases behind the number; as many as it says. */
export async function readCases(line: Line, opened: Opened): Promise<{ readonly value: Schemas['FigureCasesRead'] } | { readonly fault: string }> {
  const { data, error } = 'compound' in opened ? await ofRating(line, opened) : await ofFigure(line, opened)
  return data ? { value: data } : { fault: String((error as { detail?: string } | undefined)?.detail ?? '') }
}

const ofRating = (line: Line, { compound, month, part }: OfRating) =>
  line.GET('/api/office/ratings/{compound_id}/cases', { params: { path: { compound_id: compound }, query: { month: `${month}-01`, part } } })

function ofFigure(line: Line, { code, counted, by, group, since, until }: OfFigure) {
  const query = { counted, ...(by ? { by } : {}), ...(group ? { group } : {}), ...(since ? { since } : {}), ...(until ? { until } : {}) }
  return line.GET('/api/office/kpis/{code}/cases', { params: { path: { code }, query } })
}
