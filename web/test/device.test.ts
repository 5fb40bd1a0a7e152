/** A device's own name, cut down to what its owner recognises. */

import { expect, test } from 'vitest'
import { deviceName } from '../src/core/device'

const LIKE = '(KHTML, like Gecko)'

test.each([
  [`Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 ${LIKE} Chrome/126.0 Safari/537.36`, 'Chrome · Windows'],
  [`Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 ${LIKE} Chrome/126.0 Safari/537.36 Edg/126.0`, 'Edge · Windows'],
  [`Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605 ${LIKE} Version/17.4 Safari/604.1`, 'Safari · iOS'],
  [`Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 ${LIKE} Chrome/110 Mobile MicroMessenger/8.0`, 'WeChat · Android'],
  ['curl/8.5.0', 'curl/8.5.0'],
  ['', '未知设备'],
])('%s', (userAgent, name) => {
  expect(deviceName(userAgent, '未知设备')).toBe(name)
})
