/** Draws a track over the map: its lines, the gaps between them broken, a ring where somebody stood, a cross for every fix that is no part of it. */

import type { Stage } from '../map/stage'
import type { Line, Track } from './rounds'

const INK = '#7a2f8f'
const CROSS_PX = 4
const RING_PX = 7
const GAP_PX = [3, 6]

export function drawTrack(canvas: HTMLCanvasElement, stage: Stage, track: Track | null): void {
  const { clientWidth: width, clientHeight: height } = canvas
  const ratio = window.devicePixelRatio || 1
  canvas.width = Math.round(width * ratio)
  canvas.height = Math.round(height * ratio)
  const ink = canvas.getContext('2d')
  if (!ink || !track) return
  ink.setTransform(ratio, 0, 0, ratio, 0, 0)
  ink.lineJoin = 'round'
  for (const [colour, thick] of [['#ffffff', 7], [INK, 4]] as const) {
    ink.strokeStyle = colour
    ink.lineWidth = thick
    for (const line of track.lines) trace(ink, stage, line)
  }
  ink.lineWidth = 2
  ink.setLineDash(GAP_PX)
  for (const gap of gapsOf(track.lines)) trace(ink, stage, gap)
  ink.setLineDash([])
  for (const stop of track.stops) {
    const { x, y } = stage.where(stop)
    ink.beginPath()
    ink.arc(x, y, RING_PX, 0, 2 * Math.PI)
    ink.stroke()
  }
  for (const [lon, lat] of track.leftOut) {
    const { x, y } = stage.where([lon, lat])
    ink.beginPath()
    ink.moveTo(x - CROSS_PX, y - CROSS_PX)
    ink.lineTo(x + CROSS_PX, y + CROSS_PX)
    ink.moveTo(x + CROSS_PX, y - CROSS_PX)
    ink.lineTo(x - CROSS_PX, y + CROSS_PX)
    ink.stroke()
  }
}

/** From the end of each line to the beginning of the next: nothing was recorded there. */
export function gapsOf(lines: readonly Line[]): Line[] {
  return lines.slice(1).flatMap((line, n) => {
    const [from, to] = [lines[n]?.at(-1), line[0]]
    return from && to ? [[from, to]] : []
  })
}

function trace(ink: CanvasRenderingContext2D, stage: Stage, line: Line): void {
  ink.beginPath()
  line.forEach(([lon, lat], n) => {
    const { x, y } = stage.where([lon, lat])
    if (n === 0) ink.moveTo(x, y)
    else ink.lineTo(x, y)
  })
  ink.stroke()
}
