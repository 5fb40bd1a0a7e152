/** The words of the residents' page; they come with that page. */

import type { Language } from '..'
import { english } from './en'
import { chinese, type ReportTexts } from './zh-CN'

export type { ReportTexts }

export const REPORT_TEXTS: Readonly<Record<Language, ReportTexts>> = { 'zh-CN': chinese, en: english }
