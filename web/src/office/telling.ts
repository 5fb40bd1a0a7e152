/** How the office's page says figures, names and moments, in the reader's language. */

import { computed } from 'vue'
import { usePage } from '../frame/page'
import { useText } from '../frame/words'
import { MORNING_TEXTS } from '../text/morning'

export function useTelling() {
  const words = useText(MORNING_TEXTS)
  const { language } = usePage().preferences
  return {
    words,
    language,
    english: computed(() => language.value === 'en'),
    tongue: (said: { zh: string; en: string }) => (language.value === 'en' ? said.en : said.zh),
    called: (one: { name: string; name_en: string }) => (language.value === 'en' && one.name_en ? one.name_en : one.name),
    share: (value: number | null) => (value === null ? words.value.nothing : `${(100 * value).toFixed(1)} %`),
    when: (at: string) => new Date(at).toLocaleString(language.value, { timeZone: 'Asia/Shanghai', dateStyle: 'short', timeStyle: 'short' }),
  }
}
