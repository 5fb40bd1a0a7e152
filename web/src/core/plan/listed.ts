/** A list of who belongs where, as it comes from a spreadsheet: pasted cells or a CSV, its columns known by their heads. */

export interface ListedRow {
  /** Code or key of a unit. */
  readonly unit: string
  /** Any name by which the list tells its grids apart. */
  readonly grid: string
  readonly name?: string
  readonly floor_lo?: number
  readonly floor_hi?: number
}

/** Why a list cannot be read: no head names the column, or a row (numbered from 1 below the head) is incomplete. */
export type ListFault =
  | { readonly kind: 'empty' }
  | { readonly kind: 'no-column'; readonly column: 'unit' | 'grid' }
  | { readonly kind: 'no-value'; readonly row: number; readonly column: 'unit' | 'grid' }
  | { readonly kind: 'no-floor'; readonly row: number; readonly value: string }

export type Listed = { readonly ok: true; readonly rows: readonly ListedRow[] } | { readonly ok: false; readonly fault: ListFault }

type Column = 'unit' | 'grid' | 'name' | 'floor_lo' | 'floor_hi'

/** The best head first: the members that this house exports come with several of them. */
const HEADS: Readonly<Record<Column, readonly string[]>> = {
  unit: ['unit_code', '单元编码', '单元编号', 'unit_id', 'unit', '单元'],
  grid: ['grid_code', '网格编码', '微网格编码', '网格编号', 'grid_id', 'grid', '网格', '微网格', '所属网格', '所属微网格'],
  name: ['grid_name', '网格名称', '微网格名称', 'name', '名称'],
  floor_lo: ['floor_lo', '起始楼层', '最低楼层', '最低层'],
  floor_hi: ['floor_hi', '截止楼层', '最高楼层', '最高层'],
}

/** Read a list; empty lines are passed over. */
export function listed(text: string): Listed {
  const [head, ...lines] = cellsOf(text.replace(/^\uFEFF/, '')).filter((cells) => cells.some(Boolean))
  if (!head || !lines.length) return { ok: false, fault: { kind: 'empty' } }
  const at = columnsOf(head)
  for (const column of ['unit', 'grid'] as const) if (at[column] < 0) return { ok: false, fault: { kind: 'no-column', column } }
  const rows: ListedRow[] = []
  for (const [i, cells] of lines.entries()) {
    const read = rowOf(cells, at, i + 1)
    if ('kind' in read) return { ok: false, fault: read }
    rows.push(read)
  }
  return { ok: true, rows }
}

function columnsOf(head: readonly string[]): Record<Column, number> {
  const names = head.map((name) => name.toLowerCase())
  const place = (column: Column): number => HEADS[column].map((word) => names.indexOf(word)).find((found) => found >= 0) ?? -1
  return { unit: place('unit'), grid: place('grid'), name: place('name'), floor_lo: place('floor_lo'), floor_hi: place('floor_hi') }
}

function rowOf(cells: readonly string[], at: Record<Column, number>, row: number): ListedRow | ListFault {
  const said = (column: Column): string => cells[at[column]] ?? ''
  for (const column of ['unit', 'grid'] as const) if (!said(column)) return { kind: 'no-value', row, column }
  for (const column of ['floor_lo', 'floor_hi'] as const) if (!/^-?\d*$/.test(said(column))) return { kind: 'no-floor', row, value: said(column) }
  const floor = (column: 'floor_lo' | 'floor_hi'): object => (said(column) ? { [column]: Number(said(column)) } : {})
  return { unit: said('unit'), grid: said('grid'), ...(said('name') ? { name: said('name') } : {}), ...floor('floor_lo'), ...floor('floor_hi') }
}

/** Lines of cells parted by tabs (as spreadsheets copy them), commas or semicolons; a cell may stand in quotes. */
function cellsOf(text: string): string[][] {
  const first = text.slice(0, (text + '\n').indexOf('\n'))
  const comma = first.includes(';') && !first.includes(',') ? ';' : ','
  const parting = first.includes('\t') ? '\t' : comma
  const lines: string[][] = [[]]
  let cell = ''
  let quoted = false
  const end = (): void => {
    lines.at(-1)!.push(cell.trim())
    cell = ''
  }
  for (let i = 0; i < text.length; i++) {
    const sign = text[i]!
    if (quoted) {
      if (sign !== '"') cell += sign
      else if (text[i + 1] === '"') cell += text[i++]!
      else quoted = false
    } else if (sign === '"' && !cell.trim()) quoted = true
    else if (sign === parting) end()
    else if (sign === '\n') {
      end()
      lines.push([])
    } else cell += sign
  }
  end()
  return lines
}

/** A file's words: UTF-8, or GB 18030 as Chinese spreadsheets save them. */
export function wordsOf(bytes: BufferSource): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return new TextDecoder('gb18030').decode(bytes)
  }
}
