/** The page's languages: 简体中文 first, English second. */

import { english } from './en'
import { chinese, type Texts } from './zh-CN'

export type { Texts }

export const LANGUAGES = ['zh-CN', 'en'] as const
export type Language = (typeof LANGUAGES)[number]

export const TEXTS: Readonly<Record<Language, Texts>> = { 'zh-CN': chinese, en: english }

export function isLanguage(word: string | null): word is Language {
  return (LANGUAGES as readonly (string | null)[]).includes(word)
}
