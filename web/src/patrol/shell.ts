/** The page without signal: its service worker, where the browser has one and the address is safe (HTTPS or this machine). */

import { ref } from 'vue'

const WORKER = '/patrol-sw.js'
const SCOPE = '/patrol.html'

/** A newer version of the page lies ready. */
export const isNewer = ref(false)

export async function keepShell(): Promise<void> {
  if (!('serviceWorker' in navigator) || import.meta.env.DEV) return
  try {
    const found = await navigator.serviceWorker.register(WORKER, { scope: SCOPE })
    if (found.waiting && navigator.serviceWorker.controller) isNewer.value = true
    found.addEventListener('updatefound', () => {
      const next = found.installing
      next?.addEventListener('statechange', () => {
        if (next.state === 'installed' && navigator.serviceWorker.controller) isNewer.value = true
      })
    })
  } catch {
    // The page works all the same, as long as there is signal when it is opened.
  }
}

/** The worker that keeps what this page reads, as soon as it does; never, where there is none. */
export async function whenKept(): Promise<void> {
  if (!('serviceWorker' in navigator)) return new Promise(() => undefined)
  const { serviceWorker } = navigator
  if (serviceWorker.controller) return
  await new Promise((kept) => serviceWorker.addEventListener('controllerchange', kept, { once: true }))
}

/** Change over to the newer version; what is in the outbox stays. */
export async function takeNewer(): Promise<void> {
  const found = await navigator.serviceWorker.getRegistration(SCOPE)
  navigator.serviceWorker.addEventListener('controllerchange', () => location.reload(), { once: true })
  if (found?.waiting) found.waiting.postMessage('take over')
  else location.reload()
}

/** Forget what the last carrier of this phone was shown. */
export function forgetKnown(): void {
  navigator.serviceWorker?.controller?.postMessage('forget')
}
