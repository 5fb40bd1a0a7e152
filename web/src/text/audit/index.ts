/** The words of the audit page. */

import type { Language } from '..'
import { english } from './en'
import { chinese, type AuditTexts } from './zh-CN'

export type { AuditTexts }

export const AUDIT_TEXTS: Readonly<Record<Language, AuditTexts>> = { 'zh-CN': chinese, en: english }
