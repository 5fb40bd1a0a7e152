/** Single keys for those who work here all day; off when the reader has switched them off or is typing. */

import { onBeforeUnmount, onMounted } from 'vue'

export type Shortcuts = Readonly<Record<string, () => void>>

/** Escape always works: it is no letter that a voice control could type by mistake (WCAG 2.1.4). */
export function useShortcuts(keys: Shortcuts, isOn: () => boolean, escape: () => void): void {
  function pressed(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return
    if (event.key === 'Escape') return escape()
    if (!isOn() || isTyping(event.target)) return
    const act = keys[event.key.length === 1 ? event.key.toLowerCase() : event.key]
    if (!act) return
    event.preventDefault()
    act()
  }
  onMounted(() => document.addEventListener('keydown', pressed))
  onBeforeUnmount(() => document.removeEventListener('keydown', pressed))
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest('input, textarea, select, [contenteditable], dialog') !== null
}
