// Builds both pages as a partner would, and serves them gzipped with an answer of the proxy.
import { createServer } from 'node:http'
import { gzipSync } from 'node:zlib'
import react from '@vitejs/plugin-react'
import { build } from 'vite'

const ROOT = import.meta.dirname
const STATUS = {
  step: { name: 'collect-profile' },
  reference: '0A1B2C3D',
  creationUnknown: false,
  mayCorrect: false,
  policy: {
    kycType: 'verified',
    kycDelegation: false,
    minimumAge: 18,
    optionalFields: [],
    locked: [],
    lockedValues: {},
  },
}
const TYPES = { js: 'text/javascript', css: 'text/css', html: 'text/html' }

/** @returns the address of a server with `/ours/` and `/bare/`, and how to stop it */
export async function servePages() {
  const files = new Map([['/api/astra/status', { type: 'application/json', body: JSON.stringify(STATUS) }]])
  for (const name of ['ours', 'bare']) for (const [path, file] of await buildPage(name)) files.set(path, file)
  for (const file of files.values()) file.body = gzipSync(file.body, { level: 9 })
  const server = createServer((request, response) => {
    const file = files.get(new URL(request.url, 'http://localhost').pathname)
    if (!file) return response.writeHead(404).end()
    response.writeHead(200, { 'content-type': file.type, 'content-encoding': 'gzip' }).end(file.body)
  })
  await new Promise((resolve) => server.listen(0, 'localhost', resolve))
  return { origin: `http://localhost:${server.address().port}`, close: () => server.close() }
}

async function buildPage(name) {
  const { output } = await build({
    root: ROOT,
    base: `/${name}/`,
    configFile: false,
    logLevel: 'error',
    plugins: [react()],
    build: { write: false, rolldownOptions: { input: `${ROOT}/${name}.tsx` } },
  })
  const entry = output.find(({ isEntry }) => isEntry)
  const styles = output.filter(({ fileName }) => fileName.endsWith('.css'))
  const html = [
    '<!doctype html><html lang="en"><title>Bench</title><meta name="viewport" content="width=device-width">',
    ...styles.map(({ fileName }) => `<link rel="stylesheet" href="/${name}/${fileName}">`),
    `<main></main><script type="module" src="/${name}/${entry.fileName}"></script></html>`,
  ].join('')
  const built = output.map((file) => [
    `/${name}/${file.fileName}`,
    { type: TYPES[file.fileName.split('.').at(-1)] ?? 'text/plain', body: file.code ?? file.source },
  ])
  return [[`/${name}/`, { type: TYPES.html, body: html }], ...built]
}
