/** The words that the pages about issues share; they come with those pages. */

import type { Language } from '..'
import { english } from './en'
import { chinese, type IssueTexts } from './zh-CN'

export type { IssueTexts }

export const ISSUE_TEXTS: Readonly<Record<Language, IssueTexts>> = { 'zh-CN': chinese, en: english }
