/**
 * A base map behind our places: 天地图 or any XYZ tiles, or a PMTiles file, moved to where it belongs.
 *
 * Tiles in GCJ-02 or BD-09 are pieced together from their neighbours (core/mosaic), so that the true positions of our
 * own data never change: what is drawn, edited and stored stays WGS 84.
 */

import { addProtocol, type RasterSourceSpecification } from 'maplibre-gl'
import type { BasemapSettings } from '../api/service'
import { mosaic, type TileAddress } from '../core/mosaic'

type ReadTile = (tile: TileAddress, signal: AbortSignal) => Promise<ImageBitmap | null>

const PROTOCOL = 'basemap'

/** Make a base map available to styles; the source to put into a look. */
export async function openBasemap(settings: BasemapSettings): Promise<RasterSourceSpecification> {
  const read = settings.kind === 'pmtiles' ? await archiveReader(settings.url) : addressReader(settings)
  addProtocol(PROTOCOL, async ({ url }, { signal }) => {
    const [z = 0, x = 0, y = 0] = url.replace(`${PROTOCOL}://`, '').split('/').map(Number)
    return { data: await pieceTogether({ z, x, y }, settings, read, signal) }
  })
  return {
    type: 'raster',
    tiles: [`${PROTOCOL}://{z}/{x}/{y}`],
    tileSize: settings.tile_size,
    maxzoom: settings.maxzoom,
    attribution: settings.attribution,
  }
}

async function pieceTogether(
  tile: TileAddress,
  { datum, tile_size: side }: BasemapSettings,
  read: ReadTile,
  signal: AbortSignal,
): Promise<ImageBitmap> {
  const pieces = mosaic(tile, datum, side)
  const images = await Promise.all(pieces.map((piece) => read(piece, signal)))
  const canvas = new OffscreenCanvas(side, side)
  const brush = canvas.getContext('2d')
  pieces.forEach(({ left, top }, index) => {
    const image = images[index]
    if (image) brush?.drawImage(image, left, top, side, side)
  })
  return canvas.transferToImageBitmap()
}

/** Tiles by address: `{z}`, `{x}`, `{y}`, `{-y}` counted from the south, `{s}` a subdomain digit, `{key}`. */
function addressReader({ url, key }: BasemapSettings): ReadTile {
  return async ({ z, x, y }, signal) => {
    const address = url
      .replaceAll('{z}', String(z))
      .replaceAll('{x}', String(x))
      .replaceAll('{y}', String(y))
      .replaceAll('{-y}', String(2 ** z - 1 - y))
      .replaceAll('{s}', String((x + y) % 8))
      .replaceAll('{key}', key ?? '')
    const answer = await fetch(address, { signal })
    return answer.ok ? createImageBitmap(await answer.blob()) : null
  }
}

async function archiveReader(url: string): Promise<ReadTile> {
  const { PMTiles, TileType } = await import('pmtiles')
  const archive = new PMTiles(new URL(url, location.href).href)
  const { tileType } = await archive.getHeader()
  if (tileType === TileType.Mvt) throw new VectorBasemap()
  return async ({ z, x, y }, signal) => {
    const tile = await archive.getZxy(z, x, y, signal)
    return tile ? createImageBitmap(new Blob([tile.data])) : null
  }
}

/** The file holds vector tiles, for which there is no drawing rule here. */
export class VectorBasemap extends Error {}
