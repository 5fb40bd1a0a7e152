/** The colours of grids and of the rule, by day and by night, told apart without green and red; and the hatchings. */

import type { Standing } from '../../core/plan/rule'

/** Pale washes in eight hues of differing lightness, so that neighbours differ on a copier too. */
export const GRID_TINTS = {
  day: ['#bfdcf2', '#f6dcae', '#cfe6c3', '#e9cfe6', '#fbe9a4', '#c6d0ee', '#f3cdbb', '#d8e9ea'],
  night: ['#24475f', '#5d4a22', '#33512d', '#523650', '#5f5624', '#333f66', '#5f3b2c', '#2f4c4f'],
} as const

/** Blue for too few, orange for too many (Okabe and Ito), the rest between. */
export const RULE_TINTS: Readonly<Record<'day' | 'night', Readonly<Record<Standing, string>>>> = {
  day: { below: '#6fa8dc', low: '#cfe2f3', fine: '#eef0e4', high: '#fde3c0', above: '#f0a04b' },
  night: { below: '#2f6ea8', low: '#2b4257', fine: '#2b3029', high: '#57452b', above: '#b06a16' },
}

const SIZE = 12

/** Slanting lines for too few, crossed ones for too many: black on nothing, to lie over any tint. */
export function hatching(crossed: boolean, [red, green, blue]: readonly [number, number, number]): ImageData {
  const image = new ImageData(SIZE, SIZE)
  for (let y = 0; y < SIZE; y++) {
    for (let x = 0; x < SIZE; x++) {
      const on = (x + y) % SIZE < 2 || (crossed && (x - y + SIZE) % SIZE < 2)
      image.data.set([red, green, blue, on ? 150 : 0], 4 * (y * SIZE + x))
    }
  }
  return image
}
