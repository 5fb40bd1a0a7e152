/** Both languages say everything, and neither says it in the other's script. */

import { describe, expect, test } from 'vitest'
import { LANGUAGES, TEXTS } from '../src/text'
import { OFFICE_TEXTS } from '../src/text/office'

/** Every leaf of a text tree with its path; phrases are spoken with the amount "7". */
function leaves(branch: unknown, path = ''): [path: string, words: string][] {
  if (typeof branch === 'string') return [[path, branch]]
  if (typeof branch === 'function') return [[path, String(branch('7'))]]
  return Object.entries(branch as object).flatMap(([key, twig]) => leaves(twig, path ? `${path}.${key}` : key))
}

describe('the words of the office screens', () => {
  test('have the same keys in every language, and leave nothing empty', () => {
    const [chinese, english] = LANGUAGES.map((language) => leaves(OFFICE_TEXTS[language]))
    expect(english?.map(([path]) => path)).toEqual(chinese?.map(([path]) => path))
    expect([...(chinese ?? []), ...(english ?? [])].filter(([, words]) => words.trim() === '')).toEqual([])
  })

  test('are each in their own script', () => {
    expect(leaves(OFFICE_TEXTS.en).filter(([, words]) => /\p{Script=Han}/u.test(words))).toEqual([])
    expect(leaves(OFFICE_TEXTS['zh-CN']).filter(([, words]) => !/\p{Script=Han}/u.test(words))).toEqual([])
  })
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
