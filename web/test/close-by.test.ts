import { describe, expect, it } from 'vitest'
import { closeBy } from '../src/patrol/close'
import { draftOf } from '../src/patrol/report'
import { casesIn } from '../src/issues/live'

const AT = [104.06, 30.67] as const
const issue = (code: string, north: number, category = 'safety.fire') => ({ code, category, status: 'filed' as const, lon: AT[0], lat: AT[1] + north / 111_195, me_too: 0 })

describe('what the phone knows to be close by', () => {
  it('is of the same kind and within fifty metres, the nearest first', () => {
    const known = [issue('far', 60), issue('second', 40), issue('first', 5), issue('other', 1, 'green.tree')]
    expect(closeBy(known, 'safety.fire', AT).map(({ code }) => code)).toEqual(['first', 'second'])
  })
})

describe('a refused report', () => {
  it('goes back into the form with its words and photos', () => {
    const said = { category: 'safety.fire', description: '堵了', photos: ['a', 'b'], place: { lon: 1, lat: 2 } }
    const body = new TextEncoder().encode(JSON.stringify(said)).buffer as ArrayBuffer
    expect(draftOf(body)).toMatchObject({ category: 'safety.fire', words: '堵了', sent: ['a', 'b'] })
  })

  it('that cannot be read stays where it is', () => {
    expect(draftOf(new ArrayBuffer(3))).toBeNull()
  })
})

describe('a change that the service tells', () => {
  it('names its cases, and nothing where it cannot be read', () => {
    expect(casesIn('[{"id":"1","code":"A","status":"filed"}]')).toEqual([{ id: '1', code: 'A' }])
    expect(casesIn('{')).toEqual([])
  })
})
