/** What stands beside the colours of a legend: numbers that differ, with no more digits than that takes. */

const MOST_DIGITS = 4

/** The numbers as words, all with as many decimals as keep neighbours apart. */
export function labels(values: readonly number[]): string[] {
  for (let digits = 0; digits < MOST_DIGITS; digits++) {
    const said = values.map((value) => value.toFixed(digits))
    if (new Set(said).size === new Set(values).size) return said
  }
  return values.map((value) => value.toFixed(MOST_DIGITS))
}

/** The lower ends of `colours` colours that go by the square root of the share of `most`. */
export function stops(most: number, colours: number, last = colours): number[] {
  return Array.from({ length: colours }, (_, k) => most * (k / last) ** 2)
}

/** The lower ends of colours that areas have, as words: the lowest begins just above none, which has a colour of its own. */
export function ends(most: number, colours: number): string[] {
  return labels(stops(most, colours)).map((said, k) => (k ? said : '> 0'))
}

/** Which of `colours` a value has: by the square root of its share of `most`. */
export function colourOf(value: number, most: number, colours: number): number {
  return Math.min(colours - 1, Math.floor(Math.sqrt(Math.min(1, value / (most || 1))) * colours))
}

/**
 * For whole numbers: each colour that any of them has, and the smallest that has it. Colours that stand between two whole
 * numbers are none's.
 */
export function wholeStops(most: number, colours: number): { readonly colour: number; readonly from: number }[] {
  return Array.from({ length: colours }, (_, colour) => {
    const near = Math.floor(most * (colour / colours) ** 2)
    const from = [near - 1, near, near + 1].find((n) => n >= 1 && n <= most && colourOf(n, most, colours) === colour)
    return from === undefined ? [] : [{ colour, from }]
  }).flat()
}
