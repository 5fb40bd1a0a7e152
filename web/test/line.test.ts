/** The line to the service, over a real connection: what every request carries, and how it waits at the door. */

import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openLine, type Door } from '../src/api/line'

interface Heard {
  readonly method: string
  readonly language: string
  readonly word: string
  readonly body: string
}

let server: Server
let address: string
let heard: Heard[]
let known: boolean

beforeEach(async () => {
  heard = []
  known = false
  server = createServer(async (request, response) => {
    heard.push(await written(request))
    response.writeHead(known ? 201 : 401, { 'Content-Type': 'application/json' }).end('{}')
  })
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterEach(() => void server.close())

async function written(request: IncomingMessage): Promise<Heard> {
  const { method = '', headers } = request
  let body = ''
  for await (const piece of request) body += piece
  return { method, language: headers['accept-language'] ?? '', word: String(headers['x-minqing-csrf'] ?? ''), body }
}

/** Somebody comes back with a new word, or nobody does. */
function door(comesBack: boolean): Door & { asked: number } {
  return {
    asked: 0,
    word: () => (known ? 'new' : 'old'),
    returned() {
      this.asked += 1
      known = comesBack
      return Promise.resolve(comesBack)
    },
  }
}

const TOKEN = { name: 'wall', scopes: ['read' as const], days: 7 }

test('a refused change is made once more after logging in again, whole and with the new word', async () => {
  const { response } = await openLine(() => 'en', door(true), address).POST('/api/me/tokens', { body: TOKEN })
  expect(response.status).toBe(201)
  expect(heard.map(({ word }) => word)).toEqual(['old', 'new'])
  expect(heard.map(({ body }) => JSON.parse(body))).toEqual([TOKEN, TOKEN])
  expect(heard.map(({ language }) => language)).toEqual(['en', 'en'])
})

test('a refusal stands when nobody comes back', async () => {
  const { response } = await openLine(() => 'zh-CN', door(false), address).GET('/api/me')
  expect(response.status).toBe(401)
  expect(heard).toHaveLength(1)
})

test('a wrong password does not wait at the door', async () => {
  const here = door(true)
  const body = { login: 'liu', password: 'wrong', code: '' }
  await openLine(() => 'en', here, address).POST('/api/session', { body })
  expect(here.asked).toBe(0)
})
