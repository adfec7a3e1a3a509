import { createAstraProxy } from 'astra-onboarding/server'
import type { AstraProxy, AstraProxyOptions } from 'astra-onboarding/server'
import { memoryStorage } from 'astra-onboarding/storage/memory'

const storage = memoryStorage()
const identify: AstraProxyOptions['identify'] = (request) =>
  JSON.parse(request.headers.get('x-test-customer') ?? 'null') as { id: string } | null

let proxy: AstraProxy | undefined
const handle = (request: Request) => {
  proxy ??= createAstraProxy({ identify, storage, trustedHops: 1 })
  return proxy.fetch(request)
}
export { handle as GET, handle as POST, handle as OPTIONS }
