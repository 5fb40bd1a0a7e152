/**
 * English for what is only a number in Chinese: “8栋” is Building 8, “2单元” is Unit 2.
 *
 * Proper names are never translated here; they come from the register, or stay as they are.
 */

/** How a number is dressed in Chinese, and the English before it. Longer endings first. */
export const NUMBERED: readonly (readonly [ending: string, english: string])[] = [
  ['号楼', 'Building '],
  ['单元', 'Unit '],
  ['栋', 'Building '],
  ['幢', 'Building '],
  ['号', 'No. '],
]

export function numberedInEnglish(name: string): string {
  for (const [ending, english] of NUMBERED) {
    const number = name.endsWith(ending) ? name.slice(0, -ending.length) : ''
    if (/^[\dA-Za-z-]+$/.test(number)) return english + number
  }
  return name
}
