// Runs in the demo server's process before anything else: puts headers, delays and failures in front of its handlers,
// as a host's own server, a proxy or Astra's would, and moves the clock. Tests set it through `bank.interfere`.
import { Server } from 'node:http'

/** @type {import('./bank-process.ts').Interference} */
let current = JSON.parse(process.env.INTERFERENCE ?? '{}')

/** Every request so far, to the bank and to Astra. */
const calls = []

const realNow = Date.now
Date.now = () => realNow() + (current.clockAhead ?? 0)

const realEmit = Server.prototype.emit
Server.prototype.emit = function (event, ...values) {
  if (event !== 'request') return realEmit.call(this, event, ...values)
  const [incoming, outgoing] = values
  if (incoming.url === '/interference') {
    incoming.on('data', (chunk) => (current = JSON.parse(chunk)))
    incoming.on('end', () => outgoing.end(JSON.stringify(calls)))
    return true
  }
  const side = this.address()?.port === Number(process.env.SIMULATOR_PORT) ? 'astra' : 'bank'
  const call = `${side} ${incoming.method} ${incoming.url.split('?')[0]}`
  calls.push(call)
  for (const { on, headers } of current.headers ?? []) {
    if (new RegExp(on).test(call)) addHeaders(outgoing, headers)
  }
  const delay = (current.delays ?? []).find(({ on }) => new RegExp(on).test(call))
  const answer = (current.answers ?? []).find(({ on }) => new RegExp(on).test(call))
  const goOn = () => {
    if (answer) outgoing.writeHead(answer.status, { 'content-type': 'text/html' }).end(answer.body ?? '')
    else realEmit.call(this, event, incoming, outgoing)
  }
  if (delay) setTimeout(goOn, delay.ms)
  else goOn()
  return true
}

/** Over what the handler says; null takes a header away. */
function addHeaders(outgoing, headers) {
  const real = outgoing.writeHead
  outgoing.writeHead = function (status, ...more) {
    const given = more.at(-1)
    const merged = { ...(typeof given === 'object' && !Array.isArray(given) ? given : {}) }
    for (const [name, value] of Object.entries(headers)) {
      if (value === null) {
        delete merged[name]
        outgoing.removeHeader(name)
      } else merged[name] = value
    }
    return real.call(this, status, merged)
  }
}
