/** What the files page speaks of: imports and their parts as the service tells them, and what each kind of layer asks for. */

import type { Schemas } from '../api/service'
import type { View } from '../core/address'
import type { Outline } from '../core/flatmap'

export type Import = Schemas['ImportRead']
export type Faults = Schemas['FaultsRead']
export type Fault = Schemas['FileFaultRead']
export type Row = Schemas['RowRead']
export type Choice = Schemas['ImportChoice']
export type Loss = Schemas['LossRead']

export const PURPOSES = [
  'building', 'compound', 'community', 'unit', 'household', 'grid', 'issue', 'track', 'barrier', 'area', 'subdistrict',
  'district', 'code',
] as const
const NAMED = ['code', 'name', 'name_en']
const WANTED: Readonly<Record<string, readonly string[]>> = {
  building: ['code', 'name', 'building', 'compound', 'households', 'units', 'floors', 'height', 'use', 'built', 'address'],
  compound: ['code', 'name', 'kind', 'address'],
  unit: ['compound', 'building', 'unit', 'households', 'floors', 'address'],
  household: ['compound', 'building', 'unit', 'floor', 'door', 'households', 'address'],
  grid: ['code', 'grid', 'name', 'households'],
  issue: ['code', 'category', 'subcategory', 'title', 'description', 'address', 'opened', 'closed', 'due', 'status'],
  track: ['track', 'time', 'accuracy', 'name'],
  barrier: ['name', 'kind', 'road_class'],
}
const PLACED_BY_COLUMNS = new Set(['building', 'unit', 'issue', 'track'])
export const DATUMS = ['', 'auto', 'wgs84', 'cgcs2000', 'gcj02', 'bd09', 'web_mercator'] as const
export const OUTCOMES = ['added', 'changed', 'same', 'gone', 'held'] as const
export type OutcomeName = (typeof OUTCOMES)[number]
const BUSY = new Set(['waiting', 'reading', 'checking', 'entering', 'undoing'])

/** What the comparison with the known places says. */
export interface Finding {
  readonly verdict?: string
  readonly datum?: string
  readonly zh?: string
  readonly en?: string
  readonly shift_m?: number
  readonly confidence?: number
  readonly as_is?: readonly Outline[]
  readonly converted?: readonly Outline[]
}
export interface Summary {
  readonly rows?: Readonly<Record<string, number>>
  readonly categories?: readonly { theirs: string; ours: string; count: number; sure: boolean }[]
}

/** What is asked of a layer: where it has no areas or lines, columns may tell the place. */
export function fieldsOf(purpose: string, shapes: string): readonly string[] {
  const wanted = WANTED[purpose] ?? NAMED
  return PLACED_BY_COLUMNS.has(purpose) && (shapes === 'none' || shapes === 'points') ? [...wanted, 'lon', 'lat'] : wanted
}

/** Whose list a layer is where nobody has said so: what another layer of the same file does not have is not gone. */
export function sourceOf({ source, file_name: file, layers }: Pick<Import, 'source' | 'file_name' | 'layers'>, layer: string): string {
  const unnamed = source === file || source.startsWith(`${file} · `)
  return !unnamed ? source : layers.length > 1 ? `${file} · ${layer}` : file
}

export function isBusy({ state }: Import): boolean {
  return BUSY.has(state)
}

export function findingOf(found: Import | null): Finding {
  return (found?.finding ?? {}) as Finding
}

export function summaryOf(found: Import | null): Summary {
  return (found?.summary ?? {}) as Summary
}

/** The shape in a fault's picture, where it has one that a flat map can draw. */
export function shapeOf(picture: Fault['before']): Outline | null {
  const shape = picture?.['shape'] as Outline | null | undefined
  return shape && ['Point', 'Polygon', 'MultiPolygon', 'LineString', 'MultiLineString'].includes(shape.type) ? shape : null
}

const SEEN_PX = 640
const WORLD_PX = 512

/** The view of the map that shows most of these shapes: a twentieth on each side, which may be slips, is left out. */
export function viewOf(shapes: readonly Outline[]): View | null {
  const places = shapes.map(({ coordinates }) => firstOf(coordinates))
  if (!places.length) return null
  const [west, east] = spanOf(places.map(([longitude]) => longitude))
  const [south, north] = spanOf(places.map(([, latitude]) => latitude))
  const wide = Math.max(east - west, north - south, 1e-4)
  const zoom = Math.min(Math.max(Math.log2((SEEN_PX * 360) / (WORLD_PX * wide)), 5), 17)
  return { longitude: (west + east) / 2, latitude: (south + north) / 2, zoom, bearing: 0, pitch: 0 }
}

function firstOf(coordinates: unknown): readonly [number, number] {
  const [first, second] = coordinates as [unknown, unknown]
  return typeof first === 'number' ? [first, second as number] : firstOf(first)
}

function spanOf(numbers: readonly number[]): readonly [number, number] {
  const sorted = [...numbers].sort((a, b) => a - b)
  const off = Math.floor(sorted.length / 20)
  return [sorted[off] ?? 0, sorted[sorted.length - 1 - off] ?? 0]
}
