/** The words of the people and rosters page. */

import type { Language } from '..'
import { english } from './en'
import { chinese, type PeopleTexts } from './zh-CN'

export type { PeopleTexts }

export const PEOPLE_TEXTS: Readonly<Record<Language, PeopleTexts>> = { 'zh-CN': chinese, en: english }
