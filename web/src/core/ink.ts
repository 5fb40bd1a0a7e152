/**
 * Numbers for the areas of a map, one each, that a tile's worker can read off the area's own key: its last five hexadecimal
 * digits. Two areas that end alike are told apart: the second has the next number that is free.
 */

const DIGITS = 5
export const INKS = 16 ** DIGITS

export interface Inkwell {
  /** The number of a key; always the same for the same key. */
  of(id: string): number
  /** Whether the key's own digits say it; who has another must be told it. */
  plain(id: string): boolean
}

export function inkwell(): Inkwell {
  const given = new Map<string, number>()
  const taken = new Uint8Array(INKS)
  const own = (id: string) => parseInt(id.slice(-DIGITS), 16)
  return {
    of(id) {
      const known = given.get(id)
      if (known !== undefined) return known
      let ink = own(id) || 0
      while (taken[ink]) ink = (ink + 1) % INKS
      taken[ink] = 1
      given.set(id, ink)
      return ink
    },
    plain: (id) => given.get(id) === own(id),
  }
}

/** The number as a colour, so that a map can draw it. */
export const written = (ink: number): string => `#${ink.toString(16).padStart(6, '0')}`
