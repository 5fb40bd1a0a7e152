/** Numbers, distances and dates as people in the street office write them. */

import type { Language, Texts } from '../text'
import { numberedInEnglish } from './naming'

export function amount(value: number, language: Language): string {
  return new Intl.NumberFormat(language).format(value)
}

/** A distance of the scale bar: whole metres below a kilometre, kilometres from there. */
export function distance(metres: number, language: Language, texts: Texts): string {
  if (metres < 1000) return texts.map.metres(amount(metres, language))
  return texts.map.kilometres(amount(metres / 1000, language))
}

/** A day in Chinese time, whatever the clock of the computer says. */
export function day(moment: Date, language: Language): string {
  return new Intl.DateTimeFormat(language, { dateStyle: 'long', timeZone: 'Asia/Shanghai' }).format(moment)
}

/** A day and its minute in Chinese time. */
export function moment(when: Date, language: Language): string {
  const shape = { dateStyle: 'medium', timeStyle: 'short', timeZone: 'Asia/Shanghai', hour12: false } as const
  return new Intl.DateTimeFormat(language, shape).format(when)
}

/** A place's name in the page's language; Chinese where no English name is known. */
export function placeName(place: { name: string; name_en?: string | null }, language: Language): string {
  return language === 'en' ? place.name_en || numberedInEnglish(place.name) : place.name
}

/** Households, marked as estimated where nobody has counted them. */
export function households(count: number, estimated: boolean, language: Language, texts: Texts): string {
  const written = amount(count, language)
  return estimated ? texts.counts.aboutHouseholds(written) : texts.counts.ofHouseholds(written)
}
