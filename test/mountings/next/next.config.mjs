import { fileURLToPath } from 'node:url'

/** The packages lie three folders up. */
const root = fileURLToPath(new URL('../../..', import.meta.url))

export default {
  basePath: '/bank',
  turbopack: { root },
  typescript: { ignoreBuildErrors: true },
}
