/**
 * A picture of one pixel a cell, laid over the map like a lantern slide: a step of the slider hands its bytes to a texture,
 * and no canvas is painted or read back for it.
 */

import type { CustomLayerInterface, CustomRenderMethodInput, Map as MapLibre } from 'maplibre-gl'
import { SIDE, type Frame } from '../core/film'
import { programOf } from './program'

export interface Slide extends CustomLayerInterface {
  lay(pixels: Uint8ClampedArray, frame: Frame, how: { readonly smooth: boolean }): void
  lift(): void
}

const VERTEX = `#version 300 es
uniform mat4 u_matrix;
out vec2 v_at;
void main() {
  v_at = vec2(gl_VertexID & 1, gl_VertexID >> 1);
  gl_Position = u_matrix * vec4(v_at, 0.0, 1.0);
}`
const FRAGMENT = `#version 300 es
precision mediump float;
uniform sampler2D u_picture;
in vec2 v_at;
out vec4 colour;
void main() {
  colour = texture(u_picture, v_at);
}`

interface Made {
  readonly program: WebGLProgram
  readonly matrix: WebGLUniformLocation | null
  readonly texture: WebGLTexture
}

export function slideOf(id: string): Slide {
  let map: MapLibre | null = null
  let made: Made | null = null
  let laid: { readonly pixels: Uint8ClampedArray; readonly frame: Frame; readonly smooth: boolean } | null = null
  let size = ''
  let fresh = false

  function picture(gl: WebGL2RenderingContext): void {
    if (!laid || !fresh) return
    const { columns, rows } = laid.frame
    const bytes = new Uint8Array(laid.pixels.buffer, laid.pixels.byteOffset, laid.pixels.byteLength)
    gl.pixelStorei(gl.UNPACK_PREMULTIPLY_ALPHA_WEBGL, true)
    gl.pixelStorei(gl.UNPACK_FLIP_Y_WEBGL, false)
    if (size === `${columns} ${rows}`) gl.texSubImage2D(gl.TEXTURE_2D, 0, 0, 0, columns, rows, gl.RGBA, gl.UNSIGNED_BYTE, bytes)
    else gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, columns, rows, 0, gl.RGBA, gl.UNSIGNED_BYTE, bytes)
    const near = laid.smooth ? gl.LINEAR : gl.NEAREST
    const ways = { [gl.TEXTURE_MIN_FILTER]: near, [gl.TEXTURE_MAG_FILTER]: near, [gl.TEXTURE_WRAP_S]: gl.CLAMP_TO_EDGE, [gl.TEXTURE_WRAP_T]: gl.CLAMP_TO_EDGE }
    for (const [name, way] of Object.entries(ways)) gl.texParameteri(gl.TEXTURE_2D, Number(name), way)
    size = `${columns} ${rows}`
    fresh = false
  }

  return {
    id,
    type: 'custom',
    renderingMode: '2d',
    lay(pixels, frame, { smooth }) {
      laid = { pixels, frame, smooth }
      fresh = true
      map?.triggerRepaint()
    },
    lift() {
      laid = null
      map?.triggerRepaint()
    },
    onAdd(on) {
      map = on
      fresh = true
    },
    onRemove(_, gl) {
      if (made) {
        gl.deleteProgram(made.program)
        gl.deleteTexture(made.texture)
      }
      ;[map, made, size] = [null, null, '']
    },
    render(gl, { defaultProjectionData }) {
      if (!laid) return
      // A context that was lost takes everything in it along.
      if (!made || !gl.isProgram(made.program)) [made, size, fresh] = [make(gl), '', true]
      gl.useProgram(made.program)
      gl.uniformMatrix4fv(made.matrix, false, placed(defaultProjectionData.mainMatrix, laid.frame))
      gl.activeTexture(gl.TEXTURE0)
      gl.bindTexture(gl.TEXTURE_2D, made.texture)
      picture(gl)
      gl.drawArrays(gl.TRIANGLE_STRIP, 0, 4)
    },
  }
}

function make(gl: WebGL2RenderingContext): Made {
  const program = programOf(gl, VERTEX, FRAGMENT)
  return { program, matrix: gl.getUniformLocation(program, 'u_matrix'), texture: gl.createTexture() }
}

/** From the unit square to the screen, put together in full precision: a frame's corner is small beside the whole world. */
function placed(m: CustomRenderMethodInput['defaultProjectionData']['mainMatrix'], { west, north, columns, rows }: Frame): Float32Array {
  const [x, y, w, h] = [west / SIDE, north / SIDE, columns / SIDE, rows / SIDE]
  return Float32Array.from({ length: 16 }, (_, k) => {
    const r = k % 4
    if (k < 4) return m[r]! * w
    if (k < 8) return m[4 + r]! * h
    return k < 12 ? m[k]! : m[r]! * x + m[4 + r]! * y + m[12 + r]!
  })
}
