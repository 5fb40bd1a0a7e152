/** The view as a picture for a report: its maps, and below them what they show, for when, and what their colours mean. */

export interface Caption {
  readonly line: string
  readonly unit: string
  readonly keys: readonly { readonly colour: string; readonly label: string }[]
}

export interface Pane {
  readonly canvas: HTMLCanvasElement
  readonly name: string
}

const GAP = 8
const BELOW = 34
const LINE = 24
const MOST_ACROSS = 6
const LITTLE = 240

/** `little` panes (small multiples) are drawn at one width, several in a row. */
export function savePicture(panes: readonly Pane[], caption: Caption, { little = false } = {}): void {
  const sheet = drawn(panes, caption, { little, scale: devicePixelRatio })
  const link = document.createElement('a')
  link.download = 'heat.png'
  link.href = sheet.toDataURL('image/png')
  link.click()
}

function drawn(panes: readonly Pane[], { line, unit, keys }: Caption, { little, scale }: { little: boolean; scale: number }): HTMLCanvasElement {
  const across = little ? Math.min(MOST_ACROSS, panes.length) : panes.length
  const [first] = panes
  const wide = little ? LITTLE * scale : (first?.canvas.width ?? 0)
  const high = little && first ? (wide * first.canvas.height) / first.canvas.width : (first?.canvas.height ?? 0)
  const named = panes.length > 1 ? LINE * scale : 0
  const rows = Math.ceil(panes.length / across)
  const sheet = document.createElement('canvas')
  const pen = sheet.getContext('2d')!
  const font = `${14 * scale}px sans-serif`
  sheet.width = Math.max(across * wide + (across - 1) * GAP * scale, 640 * scale)
  pen.font = font
  const legend = wrapped(pen, keys, sheet.width, scale)
  sheet.height = rows * (high + named) + (BELOW + 22 * legend.length + 12) * scale
  pen.fillStyle = '#fff'
  pen.fillRect(0, 0, sheet.width, sheet.height)
  pen.font = font
  panes.forEach(({ canvas, name }, k) => {
    const [x, y] = [(k % across) * (wide + GAP * scale), Math.floor(k / across) * (high + named)]
    pen.fillStyle = '#222'
    if (named) pen.fillText(name, x + 6 * scale, y + 17 * scale, wide)
    pen.drawImage(canvas, x, y + named, wide, high)
  })
  const foot = rows * (high + named)
  pen.fillStyle = '#222'
  pen.fillText(`${line} · ${unit}`, 12 * scale, foot + 22 * scale)
  legend.forEach((row, r) => {
    for (const { colour, label, x } of row) {
      const y = foot + (BELOW + 22 * r) * scale
      pen.fillStyle = colour
      pen.fillRect(x, y, 24 * scale, 14 * scale)
      pen.strokeStyle = '#999'
      pen.strokeRect(x, y, 24 * scale, 14 * scale)
      pen.fillStyle = '#222'
      pen.fillText(label, x + 30 * scale, y + 12 * scale)
    }
  })
  return sheet
}

/** The keys in rows that fit, each with where it begins. */
function wrapped(pen: CanvasRenderingContext2D, keys: Caption['keys'], width: number, scale: number) {
  const rows: { colour: string; label: string; x: number }[][] = [[]]
  let x = 12 * scale
  for (const key of keys) {
    const wide = pen.measureText(key.label).width + 50 * scale
    if (x + wide > width && x > 12 * scale) {
      rows.push([])
      x = 12 * scale
    }
    rows[rows.length - 1]!.push({ ...key, x })
    x += wide
  }
  return rows
}
