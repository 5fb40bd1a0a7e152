/** What this reader likes: language, light, single keys. Kept in this browser, set on the page as a whole. */

import { computed, ref, watch, type Ref } from 'vue'
import { isLanguage, TEXTS, type Language } from '../text'

export type Light = 'day' | 'night'

export type Preferences = ReturnType<typeof openPreferences>

export function openPreferences() {
  const root = document.documentElement
  const stored = recall('language')
  const language: Ref<Language> = ref(isLanguage(stored) ? stored : 'zh-CN')
  const light: Ref<Light> = ref(root.dataset['theme'] === 'night' ? 'night' : 'day')
  const singleKeys = ref(recall('single-keys') !== 'off')
  const texts = computed(() => TEXTS[language.value])

  watch(
    language,
    (now) => {
      root.lang = now
    },
    { immediate: true },
  )
  watch(language, (now) => keep('language', now))
  watch(light, (now) => {
    root.dataset['theme'] = now
    root.classList.toggle('dark', now === 'night')
    keep('theme', now)
  })
  watch(singleKeys, (now) => keep('single-keys', now ? 'on' : 'off'))

  return {
    language,
    light,
    singleKeys,
    texts,
    switchLanguage: () => (language.value = language.value === 'en' ? 'zh-CN' : 'en'),
    switchLight: () => (light.value = light.value === 'night' ? 'day' : 'night'),
  }
}

function recall(name: string): string | null {
  try {
    return localStorage.getItem(`minqing.${name}`)
  } catch {
    return null
  }
}

function keep(name: string, value: string): void {
  try {
    localStorage.setItem(`minqing.${name}`, value)
  } catch {
    // A browser that forbids storage forgets; the page works all the same.
  }
}
