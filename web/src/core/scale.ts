/** The scale bar: a round distance that fits a given width, on the screen and on paper. */

const EARTH_CIRCUMFERENCE_M = 40_075_016.686
const TILE_PX = 512

export interface ScaleBar {
  readonly metres: number
  readonly px: number
}

/** Ground metres under one CSS pixel in the middle of a Mercator map. */
export function metresPerPixel(latitude: number, zoom: number): number {
  return (EARTH_CIRCUMFERENCE_M * Math.cos((latitude * Math.PI) / 180)) / (TILE_PX * 2 ** zoom)
}

/** The longest bar of 1, 2 or 5 × a power of ten metres that is no wider than `mostPx`. */
export function scaleBar(perPixel: number, mostPx: number): ScaleBar {
  const most = perPixel * mostPx
  const power = 10 ** Math.floor(Math.log10(most))
  const digit = [5, 2, 1].find((candidate) => candidate * power <= most * (1 + 1e-9)) ?? 1
  const metres = digit * power
  return { metres, px: metres / perPixel }
}
