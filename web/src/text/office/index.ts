/** The words of the screens behind the account button; they come with those screens, not with the first page. */

import type { Language } from '..'
import { english } from './en'
import { chinese, type OfficeTexts } from './zh-CN'

export type { OfficeTexts }

export const OFFICE_TEXTS: Readonly<Record<Language, OfficeTexts>> = { 'zh-CN': chinese, en: english }
