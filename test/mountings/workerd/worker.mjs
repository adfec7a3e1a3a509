import { env } from 'cloudflare:workers'
import { createAstraProxy } from 'astra-onboarding/server'
import { memoryStorage } from 'astra-onboarding/storage/memory'

const storage = memoryStorage()
const identify = (request) => JSON.parse(request.headers.get('x-test-customer') ?? 'null')
const basePath = '/bank/api/astra'

const clientIp = (request) => request.headers.get('cf-connecting-ip')
const proxy = createAstraProxy({ env, identify, storage, basePath, clientIp })
export default { fetch: (request) => proxy.fetch(request) }
