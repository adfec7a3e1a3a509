import { connect, createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'

/** What goes wrong next between client and server; once. */
export type Fault =
  /** The COMMIT never reaches the server, and the connection breaks. */
  | 'commit lost'
  /** The server gets the COMMIT; instead of its answer the client sees the connection break. */
  | 'acknowledgement lost'
  /** The COMMIT stays on the way, and the client hears nothing, until {@link TcpProxy.deliver} or `drop`. */
  | 'commit delayed'
  /** The connection breaks when the server has answered this many more bytes. */
  | { afterBytes: number }

/** A wire that can be cut, between PostgreSQL's clients and its server. */
export interface TcpProxy {
  port: number
  /** @param thenDown every later connection is closed at once, until {@link TcpProxy.mend} */
  failNext(fault: Fault, options?: { thenDown?: boolean }): void
  /** Whether the fault has happened. */
  hasFailed(): boolean
  /** Sends the delayed COMMIT on to the server. */
  deliver(): void
  /** Loses the delayed COMMIT and breaks its connection. */
  drop(): void
  /** Takes back a fault that did not happen, and lets connections through again. */
  mend(): void
  close(): Promise<void>
}

export async function startTcpProxy(targetPort: number): Promise<TcpProxy> {
  const sockets = new Set<Socket>()
  let fault: Fault | null = null
  let goesDown = false
  let isDown = false
  let answered = 0
  let delayed: { deliver(): void; drop(): void } | null = null

  const server = createServer((client) => {
    const upstream = connect(targetPort, '127.0.0.1')
    let isDelayed = false
    let losesAnswer = false
    const breakDown = () => {
      client.destroy()
      if (!isDelayed) upstream.destroy()
    }
    const happens = (cut: boolean) => {
      fault = null
      isDown = goesDown
      if (cut) breakDown()
    }
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on('error', breakDown)
      socket.on('close', () => {
        sockets.delete(socket)
        breakDown()
      })
    }
    if (isDown) breakDown()

    client.on('data', (chunk) => {
      if (chunk.toString('latin1').endsWith('COMMIT\0')) {
        if (fault === 'commit lost') return happens(true)
        if (fault === 'acknowledgement lost') {
          losesAnswer = true
          happens(false)
        }
        if (fault === 'commit delayed') {
          isDelayed = true
          delayed = {
            deliver: () => upstream.end(chunk),
            drop() {
              client.destroy()
              upstream.destroy()
            },
          }
          return happens(false)
        }
      }
      upstream.write(chunk)
    })
    upstream.on('data', (chunk) => {
      if (losesAnswer) return breakDown()
      answered += chunk.length
      const surplus = typeof fault === 'object' && fault ? answered - fault.afterBytes : -1
      if (surplus < 0) return void client.write(chunk)
      happens(false)
      client.write(chunk.subarray(0, chunk.length - surplus), breakDown)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))

  return {
    port: (server.address() as AddressInfo).port,
    failNext(next, { thenDown = false } = {}) {
      fault = next
      goesDown = thenDown
      answered = 0
    },
    hasFailed: () => fault === null,
    deliver: () => delayed?.deliver(),
    drop: () => delayed?.drop(),
    mend() {
      fault = null
      isDown = false
    },
    async close() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
