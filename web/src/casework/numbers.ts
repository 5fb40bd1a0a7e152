/** The thirteen numbers of a rule of assessment: what a version is made of, besides its day and its note. */

import type { Schemas } from '../api/service'

export type Numbers = Omit<Schemas['FormulaCreate'], 'since' | 'note'>
