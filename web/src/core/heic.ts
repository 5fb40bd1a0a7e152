/** Tells a HEIC photo by its content: many browsers can not open one, the service can. */

const BRANDS = new Set(['heic', 'heix', 'hevc', 'heim', 'heis', 'mif1', 'msf1'])
const ASCII = new TextDecoder('ascii')

export function isHeic(file: ArrayBuffer): boolean {
  const head = ASCII.decode(file.slice(4, 12))
  return head.startsWith('ftyp') && BRANDS.has(head.slice(4))
}
