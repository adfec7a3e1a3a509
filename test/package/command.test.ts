import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { APPLICATIONS } from '../mountings/pack.ts'

const COMMAND = join(APPLICATIONS, 'node_modules/astra-onboarding/dist/command.js')
const folder = mkdtempSync(join(tmpdir(), 'astra-command-'))
afterAll(() => rmSync(folder, { recursive: true }))

const fileWith = (name: string, text: string) => {
  const file = join(folder, name)
  writeFileSync(file, text)
  return file
}

const start = (...words: string[]) => spawn(process.execPath, [COMMAND, ...words])

/** Runs the command to its end; one that goes on is stopped and has no exit code. */
function run(...words: string[]) {
  const command = start(...words)
  let said = ''
  let complained = ''
  command.stdout.on('data', (chunk: Buffer) => {
    said += chunk.toString()
    if (said.includes('Redirect URIs:')) command.kill()
  })
  command.stderr.on('data', (chunk: Buffer) => (complained += chunk.toString()))
  return new Promise<{ code: number | null; said: string; complained: string }>((resolve) =>
    command.once('close', (code) => resolve({ code, said, complained })),
  )
}

/** Starts a simulator on a port of its own, for as long as `visit` lasts; answers what it complained of. */
async function withSimulator(words: string[], visit: (origin: string) => Promise<void>): Promise<string> {
  const command = start('simulator', '--port', '0', ...words)
  let complained = ''
  command.stderr.on('data', (chunk: Buffer) => (complained += chunk.toString()))
  const closed = new Promise((resolve) => command.once('close', resolve))
  try {
    const greeting = await new Promise<string>((resolve, reject) => {
      command.stdout.once('data', (chunk: Buffer) => resolve(chunk.toString()))
      void closed.then(() => reject(new Error(complained)))
    })
    await visit(/http:\S+/.exec(greeting)?.[0] ?? '')
  } finally {
    command.kill()
    await closed
  }
  return complained
}

it("starts a simulator that answers as Astra's API and module do", async () => {
  await withSimulator(['--redirect-uri', 'http://localhost:1/r'], async (origin) => {
    const api = await fetch(`${origin}/v1/user`)
    expect(api.status).toBe(401)
    expect(api.headers.get('request-id')).toMatch(/^req_/)
    const module = await fetch(`${origin}/login/oauth/authorize?client_id=other`)
    expect(await module.text()).toContain('Invalid client_id')
  })
})

it('breaks the connection where a fault asks for it, and complains of nothing', async () => {
  const headers = { 'astra-simulator-control': '1' }
  const complained = await withSimulator(['--control'], async (origin) => {
    const body = JSON.stringify(['GET /v1/user', { network: 'before' }])
    expect((await fetch(`${origin}/simulator/fail-next`, { method: 'POST', headers, body })).status).toBe(200)
    await expect(fetch(`${origin}/v1/user`)).rejects.toThrow('fetch failed')
    expect((await fetch(`${origin}/v1/user`)).status).toBe(401)
  })
  expect(complained).toBe('')
})

it('knows after a restart what it knew, with --data', async () => {
  const data = join(folder, 'kept.json')
  const headers = { 'astra-simulator-control': '1' }
  await withSimulator(['--data', data, '--control'], async (origin) => {
    await fetch(`${origin}/simulator/advance`, { method: 'POST', headers, body: '[90000]' })
  })
  await withSimulator(['--data', data], async (origin) => {
    await fetch(`${origin}/v1/user`)
    expect(JSON.parse(readFileSync(data, 'utf8'))).toMatchObject({ clockOffset: 90_000 })
  })
})

it('says how it is used when it is not understood', async () => {
  const { code, said, complained } = await run('simulate')
  expect([code, complained.trim()]).toEqual([2, 'The only command is `simulator`.'])
  expect(said).toContain('Usage: astra-onboarding simulator [options]')
})

it.each([
  [['--port', '4 thousand'], '--port: "4 thousand" is no port. Give a number from 0 to 65535.'],
  [
    ['--redirect-uri', 'notaurl'],
    '--redirect-uri: "notaurl" is no http(s) address. Give the whole of it, like http://localhost:3000/api/astra/return.',
  ],
  [
    ['--redirect-uri', 'http://localhost:3000/r', '--redirect-uri', 'localhost:3000/r'],
    '--redirect-uri: "localhost:3000/r" is no http(s) address. Give the whole of it, like http://localhost:3000/api/astra/return.',
  ],
  [
    ['--webhook-url', 'localhost:3000/webhook'],
    '--webhook-url: "localhost:3000/webhook" is no http(s) address. Give the whole of it, like http://localhost:3000/api/astra/webhook.',
  ],
  [
    ['--data', join(folder, 'missing/simulator.json')],
    `--data: ${join(folder, 'missing/simulator.json')} cannot be read and written (ENOENT). Name a file in a folder that exists.`,
  ],
  [
    ['--data', folder],
    `--data: ${folder} cannot be read and written (EISDIR). Name a file in a folder that exists.`,
  ],
  ...['{"intents": [', '[]', '{"intents": 1}'].map((text, index): [string[], string] => {
    const data = fileWith(`broken-${index}.json`, text)
    return [
      ['--data', data],
      `--data: ${data} is not what a simulator has written. Delete it to begin anew, or name another file.`,
    ]
  }),
])('says in one line what is wrong with %j, and what to do', async (words, sentence) => {
  expect(await run('simulator', '--port', '0', ...words)).toEqual({
    code: 1,
    said: '',
    complained: `${sentence}\n`,
  })
})

it('says in one line that its port is taken', async () => {
  const other = createServer()
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
  const { port } = other.address() as AddressInfo
  expect(await run('simulator', '--port', String(port))).toEqual({
    code: 1,
    said: '',
    complained: `Port ${port} is taken: does a simulator run already? Stop it, or choose another with --port.\n`,
  })
  other.close()
})

it('answers on when its file can no longer be written, and says so', async () => {
  const lost = mkdtempSync(join(folder, 'lost-'))
  const data = join(lost, 'simulator.json')
  const complained = await withSimulator(['--data', data], async (origin) => {
    rmSync(lost, { recursive: true })
    expect((await fetch(`${origin}/v1/user`)).status).toBe(401)
  })
  expect(complained).toBe(
    `--data: ${data} cannot be read and written (ENOENT). Name a file in a folder that exists.\n`,
  )
})
