// Stands in for Astra: reads a body whole, answers JSON of the size that Astra's answers have. In its own process.
import { createServer } from 'node:http'

let created = 0
const person = {
  email: 'rosa@example.com',
  phone: '+14155550142',
  first_name: 'Rosa',
  last_name: 'Lindqvist',
}

const server = createServer({ keepAliveTimeout: 60_000 }, (incoming, outgoing) => {
  incoming.resume().on('end', () => {
    const id = incoming.method === 'POST' ? `uin_${++created}` : incoming.url.split('/').pop()
    const body = JSON.stringify({ ...person, id, status: 'approved', user_id: null, metadata: {} })
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }
    outgoing.writeHead(incoming.method === 'POST' ? 201 : 200, headers).end(body)
  })
})
server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }))
process.on('disconnect', () => process.exit())
