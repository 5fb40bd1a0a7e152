/**
 * The service worker of the phone page: the page opens without signal, and shows what it last knew. It neither keeps nor
 * sends what people make: that is the outbox's, in the page itself.
 *
 * The build fills in the list of files and a version made from them.
 */

const VERSION = '__VERSION__'
const SHELL = ['__SHELL__']
const PAGE = '/patrol.html'
const SHELL_CACHE = `patrol-shell-${VERSION}`
const TILES = 'patrol-tiles'
const KNOWN = 'patrol-known'
const MOST_TILES = 3000
const PAGE_WITHIN_MS = 4000
const READ_WITHIN_MS = 8000
/** What the page asks for and may see again without signal. Asked of the service first, always. */
const READ = ['/api/me', '/api/places', '/api/tiles', '/api/settings/map', '/api/issues', '/api/issue-categories', '/api/patrols', '/api/coverage', '/api/checklists', '/api/patrol-plans']

self.addEventListener('install', (event) => {
  event.waitUntil(caches.open(SHELL_CACHE).then((cache) => cache.addAll(SHELL)))
})

self.addEventListener('activate', (event) => {
  event.waitUntil(forgetOldShells().then(() => self.clients.claim()))
})

self.addEventListener('message', (event) => {
  if (event.data === 'forget') event.waitUntil(Promise.all([caches.delete(KNOWN), caches.delete(TILES)]))
  if (event.data === 'take over') self.skipWaiting()
})

self.addEventListener('fetch', (event) => {
  const { request } = event
  const { origin, pathname } = new URL(request.url)
  if (request.method !== 'GET' || origin !== self.location.origin) return
  if (request.mode === 'navigate') return event.respondWith(openPage(request))
  if (pathname.startsWith('/assets/') || SHELL.includes(pathname)) return event.respondWith(fromShell(request))
  if (request.headers.get('Accept') === 'text/event-stream') return
  // Asked of the spot where one stands; kept, every step would be another answer.
  if (pathname === '/api/issues/where') return
  if (pathname.startsWith('/api/tiles/')) return event.respondWith(freshOrKept(request, TILES))
  if (READ.some((path) => pathname === path || pathname.startsWith(`${path}/`))) {
    event.respondWith(freshOrKept(request, KNOWN))
  }
})

async function forgetOldShells() {
  const names = await caches.keys()
  await Promise.all(names.filter((name) => name.startsWith('patrol-shell-') && name !== SHELL_CACHE).map((name) => caches.delete(name)))
}

/** The page of today, or of yesterday where the signal is slow or missing. */
async function openPage(request) {
  try {
    const answer = await fetch(request, { signal: AbortSignal.timeout(PAGE_WITHIN_MS) })
    if (answer.ok) return answer
  } catch {
    // No signal: the kept page will do.
  }
  return (await caches.match(PAGE)) ?? Response.error()
}

async function fromShell(request) {
  return (await caches.match(request)) ?? fetch(request)
}

/** What the service says now; where it cannot be reached, what it said last. */
async function freshOrKept(request, name) {
  const cache = await caches.open(name)
  const kept = await cache.match(request)
  try {
    // A line that is there and carries nothing is no signal either; where nothing is kept, waiting is all there is.
    const answer = await fetch(request, kept ? { signal: AbortSignal.timeout(READ_WITHIN_MS) } : {})
    if (answer.ok) {
      await cache.put(request, answer.clone())
      if (name === TILES) await trim(cache)
    }
    if (answer.status === 401) await caches.delete(KNOWN)
    return answer
  } catch {
    return kept ?? Response.error()
  }
}

async function trim(cache) {
  const kept = await cache.keys()
  if (kept.length > MOST_TILES) await Promise.all(kept.slice(0, kept.length - MOST_TILES).map((request) => cache.delete(request)))
}
