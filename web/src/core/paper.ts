/** Sheets of paper and what fits on them: a map fills the sheet but for its margins, its title and its foot. */

export type PaperSize = 'A4' | 'A3'
export type PaperTurn = 'landscape' | 'portrait'

export interface Sheet {
  readonly size: PaperSize
  readonly turn: PaperTurn
}

export interface SheetMeasure {
  readonly widthMm: number
  readonly heightMm: number
  readonly mapWidthMm: number
  readonly mapHeightMm: number
}

export const MARGIN_MM = 10
export const HEAD_MM = 14
export const FOOT_MM = 22

const SHORT_LONG_MM: Readonly<Record<PaperSize, readonly [number, number]>> = { A4: [210, 297], A3: [297, 420] }

export function measure({ size, turn }: Sheet): SheetMeasure {
  const [short, long] = SHORT_LONG_MM[size]
  const [widthMm, heightMm] = turn === 'landscape' ? [long, short] : [short, long]
  return {
    widthMm,
    heightMm,
    mapWidthMm: widthMm - 2 * MARGIN_MM,
    mapHeightMm: heightMm - 2 * MARGIN_MM - HEAD_MM - FOOT_MM,
  }
}

/** CSS pixels are 1/96 inch by definition. */
export function mmToPx(mm: number): number {
  return (mm * 96) / 25.4
}
