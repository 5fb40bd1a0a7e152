import { describe, expect, test } from 'vitest'
import { takenOf } from '../src/core/exif'

/** A JPEG that is nothing but its Exif: 30°39′30″ N, 104°03′45″ E, 2026-03-01 08:30:00 (made by piexif). */
const TAGGED =
  '/9j/4QCyRXhpZgAATU0AKgAAAAgAAodpAAQAAAABAAAAJoglAAQAAAABAAAASAAAAAAAAZADAAIAAAAUAAAANDIwMjY6MDM6MDEgMDg6MzA6MDAAAAQAAQACAAAA' +
  'Ak4AAAAAAgAFAAAAAwAAAHoAAwACAAAAAkUAAAAABAAFAAAAAwAAAJIAAAAeAAAAAQAAACcAAAABAAALuAAAAGQAAABoAAAAAQAAAAMAAAABAAARlAAAAGT/2Q=='

function bytes(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))
}

describe('the Exif of a photo', () => {
  test('tells where and when it was taken', () => {
    const taken = takenOf(bytes(TAGGED).buffer)
    expect(taken.at).toBe('2026-03-01T08:30:00')
    expect(taken.position?.[0]).toBeCloseTo(104 + 3 / 60 + 45 / 3600, 9)
    expect(taken.position?.[1]).toBeCloseTo(30 + 39 / 60 + 30 / 3600, 9)
  })

  test('says nothing where there is none', () => {
    expect(takenOf(new ArrayBuffer(0))).toEqual({ position: null, at: null })
    expect(takenOf(bytes('/9j/2wBD').buffer)).toEqual({ position: null, at: null })
    expect(takenOf(new TextEncoder().encode('<svg onload="x">').buffer as ArrayBuffer)).toEqual({ position: null, at: null })
  })

  test('never throws, wherever it is cut or bent', () => {
    const whole = bytes(TAGGED)
    for (let cut = 0; cut < whole.length; cut += 1) {
      expect(() => takenOf(whole.slice(0, cut).buffer)).not.toThrow()
      const bent = whole.slice()
      bent[cut] = 0xff
      expect(() => takenOf(bent.buffer)).not.toThrow()
    }
  })
})
