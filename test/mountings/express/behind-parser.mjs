import { toNodeHandler } from 'astra-onboarding/node'
import { createAstraProxy } from 'astra-onboarding/server'
import { memoryStorage } from 'astra-onboarding/storage/memory'
import express from 'express'

const proxy = createAstraProxy({
  identify: (request) => JSON.parse(request.headers.get('x-test-customer') ?? 'null'),
  storage: memoryStorage(),
  basePath: '/bank/api/astra',
  trustedHops: 1,
})

const app = express()
app.use(express.json())
app.use('/bank/api/astra', toNodeHandler(proxy.fetch))

const server = app.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}`))
