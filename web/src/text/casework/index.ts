/** The words of the page of rules of casework; they come with that page. */

import type { Language } from '..'
import { english } from './en'
import { chinese, type CaseworkTexts } from './zh-CN'

export type { CaseworkTexts }

export const CASEWORK_TEXTS: Readonly<Record<Language, CaseworkTexts>> = { 'zh-CN': chinese, en: english }
