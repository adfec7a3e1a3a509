import { execFileSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ORIGIN } from '../support/harness.ts'
import { testJourney, testWebhook } from './journey.ts'
import { mount } from './mounting.ts'
import { APPLICATIONS } from './pack.ts'

const NEXT = createRequire(import.meta.url).resolve('next/dist/bin/next')

describe('Next.js, below its own base path', () => {
  const words = [NEXT, 'start', '--port', '0', '--hostname', '127.0.0.1']
  const mounting = mount({ folder: 'next', program: process.execPath, words }, build)
  testJourney(mounting)
  testWebhook(mounting)

  it('asks the proxy, and not Next.js, what another origin may do', async () => {
    const headers = { origin: ORIGIN, 'access-control-request-method': 'POST' }
    const request = new Request(`${ORIGIN}/api/astra/flows`, { method: 'OPTIONS', headers })
    const response = await mounting.fetch(request)
    expect(response.headers.get('access-control-allow-origin')).toBe(ORIGIN)
  })
})

/** As a partner's CI does, which has no credentials of Astra's. */
async function build(): Promise<void> {
  execFileSync(process.execPath, [NEXT, 'build'], {
    cwd: join(APPLICATIONS, 'next'),
    env: { PATH: process.env['PATH'], NEXT_TELEMETRY_DISABLED: '1', NODE_ENV: 'production' },
    stdio: 'pipe',
    timeout: 90_000,
  })
}
