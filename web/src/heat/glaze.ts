/**
 * Colours a hundred thousand areas at once. The map draws each area in the number that its key spells (`core/ink`), on an
 * empty ground; a pass over the screen then looks every number's colour up in one small texture. To colour all of them
 * anew is to write that texture: no area is touched, no tile is laid out again.
 */

import type { CustomLayerInterface, FillLayerSpecification, Map as MapLibre } from 'maplibre-gl'
import { INKS } from '../core/ink'
import { programOf } from './program'

const ACROSS = 1024
const MOST_COLOURS = 256
const UNDER = 'heat-under'
const OVER = 'heat-over'

const VERTEX = `#version 300 es
void main() {
  gl_Position = vec4(vec2(gl_VertexID & 1, gl_VertexID >> 1) * 4.0 - 1.0, 0.0, 1.0);
}`
const FRAGMENT = `#version 300 es
precision highp float;
precision highp int;
uniform sampler2D u_ground;
uniform sampler2D u_inks;
uniform sampler2D u_table;
uniform sampler2D u_palette;
out vec4 colour;
int inkAt(ivec2 at) {
  vec4 c = texelFetch(u_inks, clamp(at, ivec2(0), textureSize(u_inks, 0) - 1), 0);
  ivec3 b = ivec3(c.rgb * 255.0 + 0.5);
  return c.a < 0.5 ? -1 : (b.r << 16) + (b.g << 8) + b.b;
}
int classOf(int ink) {
  return ink < 0 ? 0 : int(texelFetch(u_table, ivec2(ink % ${ACROSS}, ink / ${ACROSS}), 0).r * 255.0 + 0.5);
}
void main() {
  ivec2 at = ivec2(gl_FragCoord.xy);
  vec4 ground = texelFetch(u_ground, at, 0);
  int ink = inkAt(at);
  int own = classOf(ink);
  vec4 over = own == 0 ? ground : mix(ground, texelFetch(u_palette, ivec2(own, 0), 0), 0.82);
  int east = inkAt(at + ivec2(1, 0));
  int south = inkAt(at - ivec2(0, 1));
  bool edge = (ink != east && own + classOf(east) > 0) || (ink != south && own + classOf(south) > 0);
  colour = edge ? mix(over, vec4(0.235, 0.196, 0.118, 1.0), 0.4) : over;
}`

interface Made {
  readonly program: WebGLProgram
  readonly ground: WebGLTexture
  readonly inks: WebGLTexture
  readonly table: WebGLTexture
  readonly palette: WebGLTexture
}

export type Glaze = ReturnType<typeof glazeOf>

export function glazeOf(map: MapLibre) {
  const table = new Uint8Array(INKS)
  const palette = new Uint8Array(MOST_COLOURS * 4)
  const classes = new Map<string, number>()
  let made: Made | null = null
  let worn = false
  let fresh = true
  let size = ''

  const under: CustomLayerInterface = {
    id: UNDER,
    type: 'custom',
    render(gl) {
      if (!worn) return
      if (!made || !gl.isProgram(made.program)) [made, size, fresh] = [make(gl), '', true]
      const now = `${gl.drawingBufferWidth} ${gl.drawingBufferHeight}`
      copy(gl, made.ground, now !== size)
      if (now !== size) copy(gl, made.inks, true)
      size = now
      gl.clearColor(0, 0, 0, 0)
      gl.clear(gl.COLOR_BUFFER_BIT)
    },
  }
  const over: CustomLayerInterface = {
    id: OVER,
    type: 'custom',
    render(gl) {
      if (!worn || !made) return
      copy(gl, made.inks, false)
      gl.useProgram(made.program)
      for (const [k, texture] of [made.ground, made.inks, made.table, made.palette].entries()) {
        gl.activeTexture(gl.TEXTURE0 + k)
        gl.bindTexture(gl.TEXTURE_2D, texture)
      }
      if (fresh) {
        gl.pixelStorei(gl.UNPACK_ALIGNMENT, 1)
        gl.activeTexture(gl.TEXTURE2)
        gl.texSubImage2D(gl.TEXTURE_2D, 0, 0, 0, ACROSS, INKS / ACROSS, gl.RED, gl.UNSIGNED_BYTE, table)
        gl.activeTexture(gl.TEXTURE3)
        gl.texSubImage2D(gl.TEXTURE_2D, 0, 0, 0, MOST_COLOURS, 1, gl.RGBA, gl.UNSIGNED_BYTE, palette)
        fresh = false
      }
      gl.disable(gl.BLEND)
      gl.disable(gl.DEPTH_TEST)
      gl.drawArrays(gl.TRIANGLES, 0, 3)
      gl.enable(gl.BLEND)
      gl.activeTexture(gl.TEXTURE0)
    },
    onRemove(_, gl) {
      if (!made) return
      gl.deleteProgram(made.program)
      for (const texture of [made.ground, made.inks, made.table, made.palette]) gl.deleteTexture(texture)
      made = null
    },
  }

  /** The number of a colour, from one on. */
  function classOf(colour: string): number {
    const known = classes.get(colour)
    if (known !== undefined) return known
    const next = Math.min(classes.size + 1, MOST_COLOURS - 1)
    const [r, g, b] = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16))
    palette.set([r!, g!, b!, 255], next * 4)
    classes.set(colour, next)
    return next
  }

  return {
    /** Lay the areas of a level between ground and names; a new style begins without. */
    lay(level: string): void {
      if (!map.getLayer(OVER)) {
        const names = map.getStyle().layers.find(({ type }) => type === 'symbol')?.id
        map.addLayer(under, names)
        map.addLayer(over, names)
      }
      if (!map.getLayer(layerOf(level))) map.addLayer(fill(level), OVER)
    },
    wear(on: boolean): void {
      if (worn !== on) map.triggerRepaint()
      worn = on
    },
    /** Give each of these numbers a colour (`#rrggbb`), null for none; all others have none. */
    paint(inks: ArrayLike<number>, by: (k: number) => string | null): void {
      table.fill(0)
      for (let k = 0; k < inks.length; k++) {
        const colour = by(k)
        if (colour !== null) table[inks[k]!] = classOf(colour)
      }
      fresh = true
      map.triggerRepaint()
    },
  }
}

export const layerOf = (level: string): string => `heat-${level}`

function fill(level: string): FillLayerSpecification {
  const spelt = ['concat', '#0', ['slice', ['get', 'id'], -5]]
  return {
    id: layerOf(level),
    type: 'fill',
    source: level,
    'source-layer': level,
    paint: {
      'fill-color': ['to-color', ['coalesce', ['feature-state', 'ink'], spelt], 'rgba(0,0,0,0)'] as never,
      'fill-antialias': false,
    },
  }
}

/** Keep what the map has drawn so far. */
function copy(gl: WebGL2RenderingContext, into: WebGLTexture, anew: boolean): void {
  const [width, height] = [gl.drawingBufferWidth, gl.drawingBufferHeight]
  gl.activeTexture(gl.TEXTURE0)
  gl.bindTexture(gl.TEXTURE_2D, into)
  if (anew) gl.copyTexImage2D(gl.TEXTURE_2D, 0, gl.RGBA, 0, 0, width, height, 0)
  else gl.copyTexSubImage2D(gl.TEXTURE_2D, 0, 0, 0, 0, 0, width, height)
}

function make(gl: WebGL2RenderingContext): Made {
  const program = programOf(gl, VERTEX, FRAGMENT)
  gl.useProgram(program)
  for (const [k, name] of ['u_ground', 'u_inks', 'u_table', 'u_palette'].entries()) gl.uniform1i(gl.getUniformLocation(program, name), k)
  const [ground, inks, table, palette] = [texture(gl), texture(gl), texture(gl), texture(gl)]
  gl.bindTexture(gl.TEXTURE_2D, table)
  gl.texStorage2D(gl.TEXTURE_2D, 1, gl.R8, ACROSS, INKS / ACROSS)
  gl.bindTexture(gl.TEXTURE_2D, palette)
  gl.texStorage2D(gl.TEXTURE_2D, 1, gl.RGBA8, MOST_COLOURS, 1)
  return { program, ground, inks, table, palette }
}

function texture(gl: WebGL2RenderingContext): WebGLTexture {
  const made = gl.createTexture()
  gl.bindTexture(gl.TEXTURE_2D, made)
  for (const name of [gl.TEXTURE_MIN_FILTER, gl.TEXTURE_MAG_FILTER]) gl.texParameteri(gl.TEXTURE_2D, name, gl.NEAREST)
  for (const name of [gl.TEXTURE_WRAP_S, gl.TEXTURE_WRAP_T]) gl.texParameteri(gl.TEXTURE_2D, name, gl.CLAMP_TO_EDGE)
  return made
}
