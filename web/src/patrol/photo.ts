/** Makes a photo fit to be sent: what it says of itself is read, then it is drawn anew, smaller and without a word of that. */

import { takenOf, type Taken } from '../core/exif'
import { isHeic } from '../core/heic'
import { bad, good, type Result } from '../core/result'

const LONGEST_SIDE_PX = 2048
const QUALITY = 0.82
/** A HEIC that this browser can not open goes as it is; the service opens it, and throws away what it says of itself. */
const MOST_SENT_BYTES = 20 * 1024 * 1024
const LARGEST_BYTES = 60 * 1024 * 1024

export interface Photo {
  readonly id: string
  readonly jpeg: ArrayBuffer
  readonly taken: Taken
  /** An address of this page, to be shown; free it with `URL.revokeObjectURL`. */
  readonly shown: string
}

/** Why a file is no photo that we can send. */
export type PhotoRefusal = 'too-large' | 'no-picture'

export async function preparePhoto(file: File): Promise<Result<Photo, PhotoRefusal>> {
  if (file.size > LARGEST_BYTES) return bad('too-large')
  const original = await file.arrayBuffer()
  const blob = (await redrawn(file)) ?? (isHeic(original) && file.size <= MOST_SENT_BYTES ? file : null)
  if (!blob) return bad('no-picture')
  const shown = URL.createObjectURL(blob)
  return good({ id: crypto.randomUUID(), jpeg: await blob.arrayBuffer(), taken: takenOf(original), shown })
}

/** The picture itself and nothing else, upright, as JPEG; null where the browser sees no picture. */
async function redrawn(file: File): Promise<Blob | null> {
  try {
    const bitmap = await createImageBitmap(file, { imageOrientation: 'from-image' })
    const scale = Math.min(1, LONGEST_SIDE_PX / Math.max(bitmap.width, bitmap.height))
    const canvas = document.createElement('canvas')
    canvas.width = Math.max(1, Math.round(bitmap.width * scale))
    canvas.height = Math.max(1, Math.round(bitmap.height * scale))
    canvas.getContext('2d')?.drawImage(bitmap, 0, 0, canvas.width, canvas.height)
    bitmap.close()
    return await new Promise((done) => canvas.toBlob(done, 'image/jpeg', QUALITY))
  } catch {
    return null
  }
}
