/**
 * The film of a heat map: cells by step, as the service sends it in binary (GET /api/heat/film), and its pictures as plain
 * numbers. A cell is a fifth of a Web-Mercator tile of zoom 16, so a picture lies on the map without being bent.
 */

export const SIDE = 327_680
const EQUATOR_M = 40_075_016.685578488
const HEAD = 8

export interface Film {
  readonly version: number
  /** The first day since 1970, or the first month as twelve times the year plus the month less one. */
  readonly first: number
  /** Days of a step; 0 for calendar months. */
  readonly step: number
  readonly steps: number
  readonly column: Int32Array
  readonly row: Int32Array
  readonly start: Int32Array
  readonly at: Int32Array
  readonly count: Int32Array
}

/** A rectangle of cells: where it begins in the lattice, how wide and high. */
export interface Frame {
  readonly west: number
  readonly north: number
  readonly columns: number
  readonly rows: number
}

/** Null where the bytes are no film. What they mean: read_film in api/heat/service.py. */
export function readFilm(bytes: ArrayBuffer): Film | null {
  if (bytes.byteLength < 4 + HEAD * 4 || new TextDecoder().decode(bytes.slice(0, 4)) !== 'MQH2') return null
  const head = new Int32Array(bytes.slice(4, 4 + HEAD * 4))
  const [version = 0, first = 0, step = 0, steps = 0, cells = 0, entries = 0, gaps = 0, large = 0] = head
  const wide = HEAD + 2 * cells + steps + 1 + gaps + large
  if (bytes.byteLength !== 4 + wide * 4 + 2 * entries) return null
  const numbers = new Int32Array(bytes.slice(4, 4 + wide * 4))
  let from = HEAD
  const take = (length: number): Int32Array => numbers.subarray(from, (from += length))
  const [column, row, start, longGaps, largeCounts] = [take(cells), take(cells), take(steps + 1), take(gaps), take(large)]
  for (let k = 1; k < cells; k++) {
    column[k]! += column[k - 1]!
    row[k]! += row[k - 1]!
  }
  const rest = new Uint8Array(bytes, 4 + wide * 4)
  const at = whole(rest.subarray(0, entries), longGaps)
  for (let t = 0; t < steps; t++) {
    let cell = -1
    for (let k = start[t]!; k < start[t + 1]!; k++) at[k] = cell += at[k]!
  }
  return { version, first, step, steps, column, row, start, at, count: whole(rest.subarray(entries), largeCounts) }
}

/** Bytes as numbers; a full byte stands for the next of those that needed more room. */
function whole(short: Uint8Array, long: Int32Array): Int32Array {
  const out = new Int32Array(short.length)
  let next = 0
  for (let k = 0; k < short.length; k++) out[k] = short[k] === 255 ? long[next++]! : short[k]!
  return out
}

/** The rectangle that holds all cells of some films, with a margin for what a kernel spreads. */
export function frameOf(films: readonly Film[], margin: number): Frame | null {
  let [west, north, east, south] = [SIDE, SIDE, -1, -1]
  for (const { column, row } of films) {
    for (let i = 0; i < column.length; i++) {
      west = Math.min(west, column[i]!)
      east = Math.max(east, column[i]!)
      north = Math.min(north, row[i]!)
      south = Math.max(south, row[i]!)
    }
  }
  if (east < 0) return null
  return { west: west - margin, north: north - margin, columns: east - west + 1 + 2 * margin, rows: south - north + 1 + 2 * margin }
}

/** The counts of steps `from` to `to` (without) in the cells of a frame, row by row from the north-west. */
export function counts(film: Film, frame: Frame, from: number, to: number, into: Float32Array = new Float32Array(frame.columns * frame.rows)): Float32Array {
  into.fill(0)
  const end = film.start[Math.min(to, film.steps)] ?? 0
  for (let k = film.start[Math.max(0, from)] ?? end; k < end; k++) {
    const cell = film.at[k]!
    into[(film.row[cell]! - frame.north) * frame.columns + film.column[cell]! - frame.west]! += film.count[k]!
  }
  return into
}

/** The step with the most entries, whose picture sets the scale of all steps. */
export function busiestStep({ start, steps }: Film): number {
  const size = (t: number) => start[t + 1]! - start[t]!
  let busiest = 0
  for (let t = 1; t < steps; t++) if (size(t) > size(busiest)) busiest = t
  return busiest
}

/** The counts of steps `from` to `to` (without) by shapes: `within` says of every cell which shape it lies in. */
export function gathered(film: Film, within: readonly number[], shapes: number, from: number, to: number): Float64Array {
  const sums = new Float64Array(shapes)
  const end = film.start[Math.min(to, film.steps)] ?? 0
  for (let k = film.start[Math.max(0, from)] ?? end; k < end; k++) sums[within[film.at[k]!]!]! += film.count[k]!
  return sums
}

/** The true width of a cell, in metres. */
export function sideM(latitude: number): number {
  return (EQUATOR_M / SIDE) * Math.cos((latitude * Math.PI) / 180)
}

export function latitudeOf(row: number): number {
  return (Math.atan(Math.sinh((0.5 - row / SIDE) * 2 * Math.PI)) * 180) / Math.PI
}

export function longitudeOf(column: number): number {
  return (column / SIDE) * 360 - 180
}

/**
 * Issues per square kilometre under a Gaussian of `bandwidthM` metres (standard deviation) round each cell: the same
 * place is as hot at every zoom. Two passes of one dimension, both row by row; a cell's own width is taken off the kernel.
 */
export function kernel(values: Float32Array, frame: Frame, bandwidthM: number, room = roomFor(frame)): Float32Array {
  const side = sideM(latitudeOf(frame.north + frame.rows / 2))
  const weights = gaussian(Math.max(bandwidthM / side, 0.3))
  const perKm2 = 1e6 / (side * side)
  spreadAcross(values, frame, weights, room.across)
  return spreadDown(room.across, frame, weights.map((weight) => weight * perKm2), room.dense)
}

/** The arrays of one picture, to be used again for the next: to ask for ten megabytes a step takes longer than to fill them. */
export interface Room {
  readonly plain: Float32Array
  readonly across: Float32Array
  readonly dense: Float32Array
  readonly pixels: Uint8ClampedArray<ArrayBuffer>
}

export function roomFor({ columns, rows }: Frame): Room {
  const array = () => new Float32Array(columns * rows)
  return { plain: array(), across: array(), dense: array(), pixels: new Uint8ClampedArray(columns * rows * 4) }
}

/** Weights of a Gaussian out to three and a half times its standard deviation; their sum is one. */
function gaussian(sigma: number): Float32Array {
  const reach = Math.ceil(3.5 * sigma)
  const weights = new Float32Array(2 * reach + 1)
  for (let k = -reach; k <= reach; k++) weights[k + reach] = Math.exp(-0.5 * (k / sigma) ** 2)
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  return weights.map((weight) => weight / total)
}

function spreadAcross(values: Float32Array, { columns, rows }: Frame, weights: Float32Array, out: Float32Array): void {
  const reach = weights.length >> 1
  out.fill(0)
  for (let row = 0, at = 0; row < rows; row++) {
    for (let i = 0; i < columns; i++, at++) {
      const value = values[at]!
      if (value === 0) continue
      const high = Math.min(columns - 1 - i, reach)
      for (let k = -Math.min(i, reach); k <= high; k++) out[at + k]! += value * weights[k + reach]!
    }
  }
}

function spreadDown(values: Float32Array, { columns, rows }: Frame, weights: Float32Array, out: Float32Array): Float32Array {
  const reach = weights.length >> 1
  out.fill(0)
  for (let row = 0, at = 0; row < rows; row++) {
    const low = -Math.min(row, reach)
    const high = Math.min(rows - 1 - row, reach)
    for (let i = 0; i < columns; i++, at++) {
      const value = values[at]!
      if (value === 0) continue
      for (let k = low, to = at + low * columns; k <= high; k++, to += columns) out[to]! += value * weights[k + reach]!
    }
  }
  return out
}

/** The value that only one in a hundred of the cells with any passes: the top of a scale that one address does not own. */
export function top(values: Float32Array): number {
  const some = values.filter((value) => value > 0).sort()
  return some.length ? some[Math.min(some.length - 1, Math.floor(some.length * 0.995))]! : 0
}

/** Dark is much; readable without colour, and by those who see no red or green. */
export const HEAT = ['#fff3c4', '#fdd37d', '#f9a04b', '#e4643a', '#b32f4a', '#6b1550'] as const
export const DIFFERENCE = ['#1d5f8a', '#6aa3c4', '#c4dbe7', '#f2d3bd', '#e08a5a', '#a8330b'] as const

/** How finely a picture tells shares of its scale apart. */
const SHADES = 1024

/**
 * The colours of a picture as whole pixels, by the square root of a value's share of the scale: nothing where there is
 * none. A smooth picture fades where there is little.
 */
export function shades({ smooth }: { smooth: boolean }): Uint32Array {
  const ramp = rampOf(HEAT)
  const bytes = new Uint8ClampedArray(SHADES * 4)
  for (let i = 0; i < SHADES; i++) {
    const share = (i / (SHADES - 1)) ** 2
    if (smooth ? share <= 0.02 : i === 0) continue
    const k = Math.floor((i / (SHADES - 1)) * 255) * 3
    bytes.set([ramp[k]!, ramp[k + 1]!, ramp[k + 2]!, smooth ? Math.min(215, 60 + 400 * share) : 205], i * 4)
  }
  return new Uint32Array(bytes.buffer)
}

function shadeOf(value: number, most: number): number {
  return value > 0 ? Math.max(1, Math.floor(Math.sqrt(Math.min(1, value / most)) * (SHADES - 1))) : 0
}

/** Colours of a smooth picture by equal shares, no roots to take a pixel; as fine as `SHADES` where the picture begins to show. */
const EVEN = 8192
let evenly: Uint32Array | null = null

function evenShades(): Uint32Array {
  if (evenly) return evenly
  const tints = shades({ smooth: true })
  evenly = new Uint32Array(EVEN + 1).map((_, i) => tints[shadeOf(i, EVEN)]!)
  return evenly
}

/** Paint values into RGBA: nothing where there is none, from the first colour up to the last at `most`. */
export function paint(values: Float32Array, most: number, pixels: Uint8ClampedArray<ArrayBuffer>, { smooth }: { smooth: boolean }): void {
  const whole = new Uint32Array(pixels.buffer, pixels.byteOffset, values.length)
  if (smooth) {
    const [tints, scale] = [evenShades(), EVEN / (most || 1)]
    for (let i = 0; i < values.length; i++) {
      const value = values[i]!
      whole[i] = value === 0 ? 0 : tints[Math.min(EVEN, (value * scale) | 0)]!
    }
    return
  }
  const tints = shades({ smooth })
  for (let i = 0; i < values.length; i++) whole[i] = values[i] === 0 ? 0 : tints[shadeOf(values[i]!, most)]!
}

/**
 * A picture of single squares that is painted again and again: a step touches only the squares that it or the one before
 * has. Returns a function that paints steps `from` to `to` (without) and gives the pixels.
 */
export function squares(film: Film, frame: Frame): (from: number, to: number, most: number) => Uint8ClampedArray<ArrayBuffer> {
  const pixels = new Uint8ClampedArray(frame.columns * frame.rows * 4)
  const whole = new Uint32Array(pixels.buffer)
  const values = new Float32Array(whole.length)
  const places = new Int32Array(film.column.length)
  for (let i = 0; i < places.length; i++) places[i] = (film.row[i]! - frame.north) * frame.columns + film.column[i]! - frame.west
  const tints = shades({ smooth: false })
  let [begin, end] = [0, 0]
  return (from, to, most) => {
    for (let k = begin; k < end; k++) {
      const place = places[film.at[k]!]!
      values[place] = 0
      whole[place] = 0
    }
    end = film.start[Math.min(to, film.steps)] ?? 0
    begin = film.start[Math.max(0, from)] ?? end
    for (let k = begin; k < end; k++) {
      const place = places[film.at[k]!]!
      values[place]! += film.count[k]!
      whole[place] = tints[shadeOf(values[place]!, most)]!
    }
    return pixels
  }
}

/** The colour of a difference as a share of its scale, from −1 (all less) to 1 (all more). */
export function differenceColour(share: number): string {
  const k = Math.floor(((Math.max(-1, Math.min(1, share)) + 1) / 2) * DIFFERENCE.length)
  return DIFFERENCE[Math.min(DIFFERENCE.length - 1, k)]!
}

/** A difference below this share of its scale is about none. */
export const ABOUT_NONE = 0.03

/** Paint what one picture has more (warm) or less (cool) than another; nothing where they are about equal. */
export function paintDifference(a: Float32Array, b: Float32Array, most: number, pixels: Uint8ClampedArray): void {
  const ramp = rampOf(DIFFERENCE)
  for (let i = 0, o = 0; i < a.length; i++, o += 4) {
    const d = (a[i]! - b[i]!) / (most || 1)
    if (Math.abs(d) < ABOUT_NONE) {
      pixels[o + 3] = 0
      continue
    }
    const k = Math.max(0, Math.min(255, Math.floor((d + 1) * 127.5))) * 3
    pixels[o] = ramp[k]!
    pixels[o + 1] = ramp[k + 1]!
    pixels[o + 2] = ramp[k + 2]!
    pixels[o + 3] = Math.min(220, 90 + 400 * Math.abs(d))
  }
}

const ramps = new Map<readonly string[], Uint8Array>()

function rampOf(colours: readonly string[]): Uint8Array {
  const known = ramps.get(colours)
  if (known) return known
  const parts = colours.map((c) => [1, 3, 5].map((at) => parseInt(c.slice(at, at + 2), 16)))
  const ramp = new Uint8Array(256 * 3)
  for (let i = 0; i < 256; i++) {
    const x = (i / 255) * (parts.length - 1)
    const low = parts[Math.floor(x)]!
    const high = parts[Math.min(parts.length - 1, Math.floor(x) + 1)]!
    for (let c = 0; c < 3; c++) ramp[i * 3 + c] = Math.round(low[c]! + (high[c]! - low[c]!) * (x % 1))
  }
  ramps.set(colours, ramp)
  return ramp
}

/** The day or month at which a step begins, as `2026-03-02` or `2026-03`. */
export function dateOf(film: Film, step: number): string {
  if (film.step === 0) {
    const month = film.first + step
    return `${Math.floor(month / 12)}-${String((month % 12) + 1).padStart(2, '0')}`
  }
  return new Date((film.first + step * film.step) * 86_400_000).toISOString().slice(0, 10)
}
