/** The outbox as one file, for a phone that will not come back to the network: everything unsent, whole, to be handed in by hand. */

import type { Draft, Parcel } from './parcel'

const FORMAT = 'minqing-outbox/1'

type Packed = Parcel & { readonly body: string }

export interface Carton {
  readonly format: typeof FORMAT
  readonly packedAt: string
  readonly parcels: readonly Packed[]
}

type BodyOf = (id: string) => Promise<ArrayBuffer | undefined>

/** Everything that has not arrived, bodies in base64. */
export async function cartonOf(parcels: readonly Parcel[], bodyOf: BodyOf, now: number): Promise<Carton> {
  const open: Packed[] = []
  for (const parcel of parcels.filter(({ state }) => state !== 'arrived')) {
    const body = await bodyOf(parcel.id)
    if (body) open.push({ ...parcel, body: base64(body) })
  }
  return { format: FORMAT, packedAt: new Date(now).toISOString(), parcels: open }
}

/** The drafts of a carton, or null where it is none. */
export function draftsOf(carton: unknown): readonly Draft[] | null {
  if (typeof carton !== 'object' || carton === null || (carton as Carton).format !== FORMAT) return null
  const { parcels } = carton as Carton
  if (!Array.isArray(parcels)) return null
  try {
    return parcels.map(({ id, kind, owner, method, address, type, label, after, body }) => {
      return { id, kind, owner, method, address, type, label, after, body: bytes(body) }
    })
  } catch {
    return null
  }
}

const CHUNK = 0x8000

function base64(body: ArrayBuffer): string {
  const all = new Uint8Array(body)
  let letters = ''
  for (let from = 0; from < all.length; from += CHUNK) letters += String.fromCharCode(...all.subarray(from, from + CHUNK))
  return btoa(letters)
}

function bytes(text: string): ArrayBuffer {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)).buffer
}
