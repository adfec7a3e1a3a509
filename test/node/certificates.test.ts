import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { generate } from 'selfsigned'
import { afterEach, expect, it } from 'vitest'
import { nodeTransport } from '../../src/node/index.ts'
import { fetchTransport, NotSent } from '../../src/server/transport.ts'

const closers: (() => void)[] = []
afterEach(() => closers.splice(0).forEach((close) => close()))

/** A server that says it is `localhost` with a certificate that nobody has signed. */
async function impostor() {
  const { cert, private: key } = await generate([{ name: 'commonName', value: 'localhost' }])
  const seen: string[] = []
  const server = createServer({ cert, key }, (request, response) => {
    seen.push(request.headers.authorization ?? '')
    response.end('{}')
  })
  await new Promise<void>((resolve) => server.listen(0, resolve))
  closers.push(() => server.close())
  const url = `https://localhost:${(server.address() as AddressInfo).port}/v1/user`
  return {
    url,
    cert,
    seen,
    call: { method: 'GET', url, headers: { authorization: 'Basic x' }, timeoutMs: 5_000 },
  } as const
}

it('gives no credential to a server whose certificate nobody vouches for', async () => {
  const { call, seen } = await impostor()
  const transport = nodeTransport()
  closers.push(() => transport.close())
  await expect(transport(call)).rejects.toBeInstanceOf(NotSent)
  await expect(fetchTransport((request) => fetch(request))(call)).rejects.toBeInstanceOf(NotSent)
  expect(seen).toEqual([])
})

it('does where the partner vouches for it', async () => {
  const { call, seen, cert } = await impostor()
  const transport = nodeTransport({ tls: { ca: cert } })
  closers.push(() => transport.close())
  expect((await transport(call)).status).toBe(200)
  expect(seen).toEqual(['Basic x'])
})
