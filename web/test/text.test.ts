/** Both languages say everything, and neither says it in the other's script. */

import { describe, expect, test } from 'vitest'
import { LANGUAGES, TEXTS, type Language } from '../src/text'

/** Every leaf of a text tree with its path; phrases are spoken with the amount "7". */
function leaves(branch: unknown, path = ''): [path: string, words: string][] {
  if (typeof branch === 'string') return [[path, branch]]
  if (typeof branch === 'function') return [[path, String(branch('7', '7', '7'))]]
  return Object.entries(branch as object).flatMap(([key, twig]) => leaves(twig, path ? `${path}.${key}` : key))
}

/** The texts of every page: src/text/<page>/index.ts exports one table of languages. */
const PAGES = import.meta.glob<Record<string, Readonly<Record<Language, unknown>>>>('../src/text/*/index.ts', {
  eager: true,
})
const TABLES = Object.entries(PAGES).flatMap(([file, exports]) =>
  Object.values(exports)
    .filter((table) => 'zh-CN' in table)
    .map((table) => [file.split('/').at(-2) ?? '', table] as const),
)

describe.each(TABLES)('the words of %s', (_name, table) => {
  test('have the same keys in every language, and leave nothing empty', () => {
    const [chinese, english] = LANGUAGES.map((language) => leaves(table[language]))
    expect(english?.map(([path]) => path)).toEqual(chinese?.map(([path]) => path))
    expect([...(chinese ?? []), ...(english ?? [])].filter(([, words]) => words.trim() === '')).toEqual([])
  })

  test('are each in their own script', () => {
    expect(leaves(table.en).filter(([, words]) => /\p{Script=Han}/u.test(words))).toEqual([])
    const spoken = leaves(table['zh-CN']).filter(([path]) => !path.startsWith('formats.')) // GeoPackage has no Chinese name
    expect(spoken.filter(([, words]) => /\p{Script=Latin}{2}/u.test(words) && !/\p{Script=Han}/u.test(words))).toEqual([])
  })
})

test('every page that has words is looked at', () => {
  expect(TABLES.map(([name]) => name)).toContain('office')
})

describe('the texts', () => {
  test('have the same keys in every language', () => {
    const [chinese, english] = LANGUAGES.map((language) => leaves(TEXTS[language]).map(([path]) => path))
    expect(english).toEqual(chinese)
  })

  test('leave nothing empty', () => {
    for (const language of LANGUAGES) {
      expect(leaves(TEXTS[language]).filter(([, words]) => words.trim() === '')).toEqual([])
    }
  })

  test('keep the amount they are given', () => {
    for (const language of LANGUAGES) expect(TEXTS[language].counts.ofHouseholds('7,062')).toContain('7,062')
  })

  test('are English in English, but for the switch that leads to Chinese', () => {
    const foreign = leaves(TEXTS.en).filter(([, words]) => /\p{Script=Han}/u.test(words))
    expect(foreign.map(([path]) => path)).toEqual(['settings.switchLanguage', 'settings.switchLanguageLong'])
  })

  test('are Chinese in Chinese', () => {
    const latin = leaves(TEXTS['zh-CN']).filter(([, words]) => !/\p{Script=Han}/u.test(words))
    expect(latin.map(([path]) => path)).toEqual(['settings.switchLanguage'])
  })

  test('know the English singular', () => {
    expect(TEXTS.en.counts.ofHouseholds('1')).toBe('1 household')
    expect(TEXTS.en.counts.aboutHouseholds('2')).toBe('about 2 households')
  })
})
