/**
 * Many small dots over the map, on a canvas of their own: thousands are drawn in a frame without a graphics card, and the
 * one under a finger is found.
 */

import type { Position } from '../core/place'
import type { Stage } from './stage'

export interface Dot {
  readonly id: string
  readonly position: Position
  readonly colour: string
  /** A shape besides the colour, for eyes that do not tell colours apart. */
  readonly shape: 'disc' | 'square' | 'triangle'
}

/** From afar dots shrink, so that a house's does not lie on its neighbour's. */
const RADIUS_PX = { afar: 3, close: 5 }
const ZOOM = { afar: 14.5, close: 16.5 }
const REACH_PX = 14

export type Dots = ReturnType<typeof openDots>

export function openDots(canvas: HTMLCanvasElement, stage: Stage) {
  let dots: readonly Dot[] = []
  let picked: string | null = null

  function draw(): void {
    const { clientWidth: width, clientHeight: height } = canvas
    const ratio = window.devicePixelRatio || 1
    if (canvas.width !== Math.round(width * ratio)) canvas.width = Math.round(width * ratio)
    if (canvas.height !== Math.round(height * ratio)) canvas.height = Math.round(height * ratio)
    const ink = canvas.getContext('2d')
    if (!ink) return
    ink.setTransform(ratio, 0, 0, ratio, 0, 0)
    ink.clearRect(0, 0, width, height)
    const radius = radiusAt(stage.view().zoom)
    for (const dot of dots) {
      const { x, y } = stage.where(dot.position)
      if (x > -radius && y > -radius && x < width + radius && y < height + radius) drawDot(ink, dot, x, y, radius)
    }
    const chosen = picked && dots.find(({ id }) => id === picked)
    if (chosen) {
      const { x, y } = stage.where(chosen.position)
      drawDot(ink, chosen, x, y, RADIUS_PX.close * 1.8)
    }
  }

  return {
    draw,
    show(next: readonly Dot[]): void {
      dots = next
      draw()
    },
    pick(id: string | null): void {
      picked = id
      draw()
    },
    /** The dot nearest to a point of the stage, within a finger's reach; the last drawn lies on top. */
    at(point: { x: number; y: number }): Dot | null {
      let best: Dot | null = null
      let near = REACH_PX
      for (const dot of dots) {
        const { x, y } = stage.where(dot.position)
        const far = Math.hypot(x - point.x, y - point.y)
        if (far <= near) [best, near] = [dot, far]
      }
      return best
    },
  }
}

function radiusAt(zoom: number): number {
  const share = Math.min(1, Math.max(0, (zoom - ZOOM.afar) / (ZOOM.close - ZOOM.afar)))
  return RADIUS_PX.afar + share * (RADIUS_PX.close - RADIUS_PX.afar)
}

function drawDot(ink: CanvasRenderingContext2D, { colour, shape }: Dot, x: number, y: number, radius: number): void {
  ink.beginPath()
  if (shape === 'disc') ink.arc(x, y, radius, 0, 2 * Math.PI)
  else if (shape === 'square') ink.rect(x - radius * 0.9, y - radius * 0.9, radius * 1.8, radius * 1.8)
  else {
    ink.moveTo(x, y - radius * 1.2)
    ink.lineTo(x + radius * 1.1, y + radius * 0.8)
    ink.lineTo(x - radius * 1.1, y + radius * 0.8)
    ink.closePath()
  }
  ink.fillStyle = colour
  ink.fill()
  ink.lineWidth = Math.min(1.5, radius / 3)
  ink.strokeStyle = '#ffffff'
  ink.stroke()
}
