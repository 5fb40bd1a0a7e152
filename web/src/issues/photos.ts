/** Sends photos from the desk, one after another; from the phone they go by the outbox. */

import { openSender } from '../core/outbox/send'
import { packed, type Reply } from '../core/outbox/parcel'
import { bad, good, type Result } from '../core/result'
import type { Page } from '../frame/page'
import type { Photo } from '../patrol/photo'

/** The keys of the photos once all of them are with the service, or the reason in its words (empty: it is away). */
export async function sendPhotos(page: Page, photos: readonly Photo[], moment: 'before' | 'after'): Promise<Result<string[], string>> {
  const headers = () => {
    const word = page.account.me.value?.csrf
    return { 'Accept-Language': page.preferences.language.value, ...(word ? { 'X-Minqing-CSRF': word } : {}) }
  }
  const send = openSender({ fetch: (request) => fetch(request), headers, origin: location.origin })
  for (const photo of photos) {
    const address = `/api/photos/${photo.id}?moment=${moment}`
    const draft = { id: photo.id, kind: 'photo', owner: '', method: 'PUT', address, type: 'image/jpeg', body: photo.jpeg, label: '' } as const
    const reply = await send(packed(draft, Date.now()), photo.jpeg)
    if (reply.kind !== 'arrived') return bad(wordsOf(reply))
  }
  return good(photos.map(({ id }) => id))
}

function wordsOf(reply: Exclude<Reply, { kind: 'arrived' }>): string {
  return reply.kind === 'away' ? '' : reply.words
}
