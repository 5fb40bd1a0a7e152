/** What a case is called: as somebody named it, else by its category in the reader's language. */

import type { Schemas } from '../api/service'

type Category = Pick<Schemas['CategoryRead'], 'code' | 'zh' | 'en'>

/** A title that says no more than its category (an import's, a hotline's) is none. */
export function titleIn(language: string, { title, category: code }: { readonly title: string; readonly category: string }, categories: readonly Category[]): string {
  const category = categories.find((one) => one.code === code)
  if (title && title !== category?.zh) return title
  return category?.[language === 'en' ? 'en' : 'zh'] ?? code
}
