/** The view as a picture for a report: the map, and below it what it shows, for when, and what its colours mean. */

export interface Caption {
  readonly line: string
  readonly keys: readonly { readonly colour: string; readonly label: string }[]
}

export function savePicture(map: HTMLCanvasElement, { line, keys }: Caption): void {
  const scale = devicePixelRatio
  const sheet = document.createElement('canvas')
  sheet.width = map.width
  sheet.height = map.height + 64 * scale
  const pen = sheet.getContext('2d')!
  pen.fillStyle = '#fff'
  pen.fillRect(0, 0, sheet.width, sheet.height)
  pen.drawImage(map, 0, 0)
  pen.fillStyle = '#222'
  pen.font = `${14 * scale}px sans-serif`
  pen.fillText(line, 12, map.height + 24 * scale)
  keys.forEach(({ colour, label }, k) => {
    pen.fillStyle = colour
    pen.fillRect(12 + k * 110 * scale, map.height + 34 * scale, 24 * scale, 16 * scale)
    pen.fillStyle = '#222'
    pen.fillText(label, 42 * scale + k * 110 * scale, map.height + 47 * scale)
  })
  const link = document.createElement('a')
  link.download = 'heat.png'
  link.href = sheet.toDataURL('image/png')
  link.click()
}
