/**
 * One true tile pieced together from the tiles of a shifted base map.
 *
 * The offset of GCJ-02 turns so slowly that inside one tile it is one vector to a fraction of a pixel: a true tile is
 * a window over at most four tiles of the shifted map.
 */

import { onDatum, type Datum } from './datum'
import type { Position } from './place'

export interface TileAddress {
  readonly z: number
  readonly x: number
  readonly y: number
}

export interface MosaicPiece extends TileAddress {
  /** Where the piece's upper left corner lies in the true tile, in pixels. */
  readonly left: number
  readonly top: number
}

/** The pieces that cover the true tile, each `tilePx` wide. */
export function mosaic(tile: TileAddress, datum: Datum, tilePx: number): MosaicPiece[] {
  const [shiftX, shiftY] = tileShift(tile, datum)
  const firstX = Math.floor(tile.x + shiftX)
  const firstY = Math.floor(tile.y + shiftY)
  const found: MosaicPiece[] = []
  for (const x of [firstX, firstX + 1]) {
    for (const y of [firstY, firstY + 1]) {
      const left = Math.round((x - tile.x - shiftX) * tilePx)
      const top = Math.round((y - tile.y - shiftY) * tilePx)
      if (left < tilePx && top < tilePx && left > -tilePx && top > -tilePx) found.push({ z: tile.z, x, y, left, top })
    }
  }
  return found
}

/** How far the base map draws the middle of this tile away from its true place, in tiles, x east and y south. */
function tileShift({ z, x, y }: TileAddress, datum: Datum): readonly [number, number] {
  const scale = 2 ** z
  const shifted = onDatum(position((x + 0.5) / scale, (y + 0.5) / scale), datum)
  const [worldX, worldY] = world(shifted)
  return [worldX * scale - x - 0.5, worldY * scale - y - 0.5]
}

function position(worldX: number, worldY: number): Position {
  return [worldX * 360 - 180, (Math.atan(Math.sinh(Math.PI * (1 - 2 * worldY))) * 180) / Math.PI]
}

function world([longitude, latitude]: Position): readonly [number, number] {
  const phi = (latitude * Math.PI) / 180
  return [(longitude + 180) / 360, (1 - Math.asinh(Math.tan(phi)) / Math.PI) / 2]
}
