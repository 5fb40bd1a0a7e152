/** The private links kept on this phone: each is the key to one's own report and to nothing else. */

import { shallowRef } from 'vue'
import type { Parcel } from '../core/outbox/parcel'
import { kept } from '../patrol/kept'

const MARK = '#follow='

export function openLinks() {
  const memory = kept<readonly string[]>('follows')
  const tokens = shallowRef<readonly string[]>(memory.read() ?? [])

  function keep(token: string): void {
    if (tokens.value.includes(token)) return
    tokens.value = [token, ...tokens.value]
    memory.write(tokens.value)
  }

  return {
    tokens,
    keep,
    forget(token: string): void {
      tokens.value = tokens.value.filter((kept) => kept !== token)
      memory.write(tokens.value)
    },
    /** Keep the keys that came with the receipts of reports that have arrived. */
    gather(parcels: readonly Parcel[]): void {
      for (const parcel of parcels) {
        const token = parcel.kind === 'report' && parcel.state === 'arrived' ? tokenIn(parcel.answer) : null
        if (token) keep(token)
      }
    },
  }
}

function tokenIn(receipt: string): string | null {
  try {
    const { follow_token: token } = JSON.parse(receipt) as { follow_token?: unknown }
    return typeof token === 'string' ? token : null
  } catch {
    return null
  }
}

/** The key in an address; behind `#`, so that it is neither sent nor logged. */
export function tokenOf(hash: string): string | null {
  return hash.startsWith(MARK) ? decodeURIComponent(hash.slice(MARK.length)) : null
}

export function addressOf(token: string): string {
  return `${location.origin}/report.html${MARK}${encodeURIComponent(token)}`
}
