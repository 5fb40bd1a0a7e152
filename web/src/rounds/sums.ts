/** How much of each micro-grid was reached, the least reached first. */

export interface Reached {
  readonly micro_grid_id: string | null
  readonly micro_grid: string | null
  readonly community: string
  readonly passed_at: string | null
  readonly visited_at: string | null
  readonly not_home: number
}

export interface Sum {
  readonly id: string
  readonly name: string | null
  readonly community: string
  readonly units: number
  readonly passed: number
  readonly visited: number
  readonly notHome: number
}

export function bySums(rows: readonly Reached[]): Sum[] {
  const found = new Map<string, Sum>()
  for (const row of rows) {
    const id = row.micro_grid_id ?? `none ${row.community}`
    const sum = found.get(id) ?? { id, name: row.micro_grid, community: row.community, units: 0, passed: 0, visited: 0, notHome: 0 }
    found.set(id, {
      ...sum,
      units: sum.units + 1,
      passed: sum.passed + (row.passed_at ? 1 : 0),
      visited: sum.visited + (row.visited_at ? 1 : 0),
      notHome: sum.notHome + row.not_home,
    })
  }
  return [...found.values()].sort((a, b) => a.passed / a.units - b.passed / b.units || a.id.localeCompare(b.id))
}
