/** What the map writes beside a place, as MapLibre expressions built from the page's texts. */

import type { ExpressionSpecification } from 'maplibre-gl'
import { NUMBERED } from '../core/naming'
import type { Language, Texts } from '../text'

export interface Tongue {
  readonly language: Language
  readonly texts: Texts
}

/** The name in the page's language; Chinese where no English one is known. */
export function named({ language }: Tongue): ExpressionSpecification {
  const chinese: ExpressionSpecification = ['coalesce', ['get', 'name'], '']
  if (language !== 'en') return chinese
  const english: ExpressionSpecification = ['coalesce', ['get', 'name_en'], '']
  return ['case', ['!=', english, ''], english, ...numbered(chinese), chinese]
}

/** “8栋” as “Building 8”, where what stands before the ending is a number. */
function numbered(chinese: ExpressionSpecification): [ExpressionSpecification, ExpressionSpecification] {
  const cases = NUMBERED.map(([ending, english]) => {
    const number: ExpressionSpecification = ['slice', chinese, 0, -ending.length]
    const ends: ExpressionSpecification = ['==', ['slice', chinese, -ending.length], ending]
    const counts: ExpressionSpecification = ['>', ['to-number', number, -1], 0]
    return [['all', ends, counts], ['concat', english, number]]
  })
  return cases.flat() as [ExpressionSpecification, ExpressionSpecification]
}

/** “3,120 户”, “about 40 households”; nothing where nobody lives. */
export function householdsOf(tongue: Tongue): ExpressionSpecification {
  const { ofHouseholds, aboutHouseholds } = tongue.texts.counts
  const certain = phrase(ofHouseholds, 'households', tongue)
  const estimated = phrase(aboutHouseholds, 'households', tongue)
  return [
    'case',
    ['<=', ['to-number', ['get', 'households'], 0], 0],
    '',
    ['to-boolean', ['get', 'estimated']],
    estimated,
    certain,
  ]
}

/** Name above, figure below in smaller type; only the name where there is no figure. */
export function captioned(tongue: Tongue, figure: ExpressionSpecification): ExpressionSpecification {
  const tall: ExpressionSpecification = ['format', named(tongue), {}, '\n', {}, figure, { 'font-scale': 0.8 }]
  return ['case', ['==', figure, ''], ['format', named(tongue), {}], tall]
}

/** “18 层 · 3 单元 · 72 户”. */
export function buildingFigure(tongue: Tongue): ExpressionSpecification {
  const floors = phrase(tongue.texts.counts.ofFloors, 'floors', tongue)
  const units = phrase(tongue.texts.counts.ofUnits, 'units', tongue)
  const homes = householdsOf(tongue)
  const several: ExpressionSpecification = ['>', ['to-number', ['get', 'units'], 0], 1]
  return [
    'concat',
    floors,
    ['case', several, ['concat', ' · ', units], ''],
    ['case', ['==', homes, ''], '', ['concat', ' · ', homes]],
  ]
}

/** A phrase of the texts around a counted attribute, with the singular where a language has one. */
function phrase(words: (amount: string) => string, attribute: string, { language }: Tongue): ExpressionSpecification {
  const [before = '', after = ''] = words('\u0001').split('\u0001')
  const count: ExpressionSpecification = ['to-number', ['get', attribute], 0]
  const written: ExpressionSpecification = ['number-format', count, { locale: language }]
  return ['case', ['==', count, 1], words('1'), ['concat', before, written, after]]
}
