import { AsyncLocalStorage } from 'node:async_hooks'
import { setTimeout as wait } from 'node:timers/promises'
import { toNodeHandler } from 'astra-onboarding/node'
import { createAstraProxy } from 'astra-onboarding/server'
import { memoryStorage } from 'astra-onboarding/storage/memory'
import express from 'express'

const app = express()
// As a session and Passport do: the person is looked up, and stands on the request.
app.use(async (request, _response, next) => {
  await wait(5)
  request.user = JSON.parse(request.headers['x-test-customer'] ?? 'null')
  next()
})

// What a request writes comes after all that it has waited for.
const memory = memoryStorage()
const commit = (changes) => {
  const { originalUrl, user } = requests.getStore()
  console.log(`${originalUrl} commits for ${user?.id}`)
  return memory.commit(changes)
}
const proxy = createAstraProxy({
  identify,
  storage: { ...memory, commit },
  basePath: '/bank/api/astra',
  trustedHops: 1,
})

const requests = new AsyncLocalStorage()
function identify() {
  const user = requests.getStore()?.user
  return user ? { id: String(user.id) } : null
}
app.use('/bank/api/astra', (request, _response, next) => requests.run(request, next))
app.use('/bank/api/astra', toNodeHandler(proxy.fetch))
app.use(express.json())

const server = app.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}`))
