/** What the files page speaks of: imports and their parts as the service tells them, and what each kind of layer asks for. */

import type { Schemas } from '../api/service'
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
