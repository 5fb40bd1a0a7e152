/**
 * Where and when a photo says that it was taken: the few fields of Exif (CIPA DC-008) that a report can use, read before
 * the photo is drawn anew without any of them.
 *
 * Reads JPEG only; whatever is no Exif, or is broken, says nothing. Positions are WGS 84 in degrees.
 */

import type { Position } from './place'

export interface Taken {
  readonly position: Position | null
  /** By the camera's clock, which knows no time zone: `2026-03-01T08:30:00`. */
  readonly at: string | null
}

const NOTHING: Taken = { position: null, at: null }
const START = 0xffd8
const APP1 = 0xffe1
const SCAN = 0xffda
const EXIF = 0x4578_6966
const EXIF_IFD = 0x8769
const GPS_IFD = 0x8825
const DATE_TIME_ORIGINAL = 0x9003
const [LATITUDE_REF, LATITUDE, LONGITUDE_REF, LONGITUDE] = [1, 2, 3, 4] as const

export function takenOf(photo: ArrayBuffer): Taken {
  try {
    const tiff = tiffIn(new DataView(photo))
    return tiff ? readTiff(tiff) : NOTHING
  } catch {
    return NOTHING
  }
}

/** The TIFF block inside a JPEG's first Exif segment. */
function tiffIn(jpeg: DataView): DataView | null {
  if (jpeg.getUint16(0) !== START) return null
  let at = 2
  for (;;) {
    const marker = jpeg.getUint16(at)
    const length = jpeg.getUint16(at + 2)
    if (marker === APP1 && jpeg.getUint32(at + 4) === EXIF) {
      return new DataView(jpeg.buffer, jpeg.byteOffset + at + 10, length - 8)
    }
    if (marker === SCAN || marker < 0xff00) return null
    at += 2 + length
  }
}

type Field = { readonly type: number; readonly count: number; readonly at: number }
type Directory = ReadonlyMap<number, Field>

function readTiff(tiff: DataView): Taken {
  const little = tiff.getUint16(0) === 0x4949
  const directory = (at: number): Directory => fieldsAt(tiff, at, little)
  const main = directory(tiff.getUint32(4, little))
  const inner = (tag: number): Directory => {
    const field = main.get(tag)
    return field ? directory(tiff.getUint32(field.at, little)) : new Map()
  }
  return { position: positionIn(tiff, inner(GPS_IFD), little), at: timeIn(tiff, inner(EXIF_IFD), little) }
}

function fieldsAt(tiff: DataView, at: number, little: boolean): Directory {
  const count = tiff.getUint16(at, little)
  const fields = new Map<number, Field>()
  for (let entry = at + 2; entry < at + 2 + count * 12; entry += 12) {
    const type = tiff.getUint16(entry + 2, little)
    fields.set(tiff.getUint16(entry, little), { type, count: tiff.getUint32(entry + 4, little), at: entry + 8 })
  }
  return fields
}

function timeIn(tiff: DataView, exif: Directory, little: boolean): string | null {
  const match = /^(\d{4}):(\d\d):(\d\d) (\d\d:\d\d:\d\d)/.exec(lettersOf(tiff, exif.get(DATE_TIME_ORIGINAL), little))
  return match ? `${match[1]}-${match[2]}-${match[3]}T${match[4]}` : null
}

function positionIn(tiff: DataView, gps: Directory, little: boolean): Position | null {
  const latitude = degreesOf(tiff, gps.get(LATITUDE), little)
  const longitude = degreesOf(tiff, gps.get(LONGITUDE), little)
  if (latitude === null || longitude === null || latitude > 90 || longitude > 180) return null
  if (latitude === 0 && longitude === 0) return null
  const south = lettersOf(tiff, gps.get(LATITUDE_REF), little).startsWith('S')
  const west = lettersOf(tiff, gps.get(LONGITUDE_REF), little).startsWith('W')
  return [west ? -longitude : longitude, south ? -latitude : latitude]
}

function lettersOf(tiff: DataView, field: Field | undefined, little: boolean): string {
  if (!field) return ''
  const from = field.count > 4 ? tiff.getUint32(field.at, little) : field.at
  return Array.from({ length: field.count }, (_, n) => String.fromCharCode(tiff.getUint8(from + n))).join('')
}

/** Degrees, minutes and seconds as three fractions. */
function degreesOf(tiff: DataView, field: Field | undefined, little: boolean): number | null {
  if (!field || field.count !== 3) return null
  const from = tiff.getUint32(field.at, little)
  const fraction = (n: number) => tiff.getUint32(from + 8 * n, little) / tiff.getUint32(from + 8 * n + 4, little)
  const degrees = fraction(0) + fraction(1) / 60 + fraction(2) / 3600
  return Number.isFinite(degrees) ? degrees : null
}
