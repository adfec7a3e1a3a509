import { serve } from '@hono/node-server'
import { getConnInfo } from '@hono/node-server/conninfo'
import { createAstraProxy } from 'astra-onboarding/server'
import { memoryStorage } from 'astra-onboarding/storage/memory'
import { Hono } from 'hono'

const proxy = createAstraProxy({
  identify: (request) => JSON.parse(request.headers.get('x-test-customer') ?? 'null'),
  storage: memoryStorage(),
  basePath: '/bank/api/astra',
  trustedHops: Number(process.env.TRUSTED_HOPS),
})

const app = new Hono()
app.all('/bank/api/astra/*', (c) => proxy.fetch(c.req.raw, { remoteAddress: getConnInfo(c).remote.address }))

serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, ({ port }) =>
  console.log(`http://127.0.0.1:${port}`),
)
