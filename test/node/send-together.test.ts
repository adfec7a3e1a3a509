import { AsyncLocalStorage } from 'node:async_hooks'
import { setImmediate } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { sendTogether } from '../../src/node/send-together.ts'

it('sends what became ready in one turn of the event loop at its end, in order', async () => {
  const sent: string[] = []
  sendTogether(() => void sent.push('first'))
  await Promise.resolve()
  sendTogether(() => void sent.push('second'))
  expect(sent).toEqual([])
  await setImmediate()
  expect(sent).toEqual(['first', 'second'])
})

it('leaves what becomes ready while it sends to the next turn', async () => {
  const sent: string[] = []
  sendTogether(() => {
    sent.push('first')
    sendTogether(() => void sent.push('third'))
  })
  sendTogether(() => void sent.push('second'))
  await setImmediate()
  expect(sent.slice(0, 2)).toEqual(['first', 'second'])
  await setImmediate()
  expect(sent).toEqual(['first', 'second', 'third'])
})

it('sends each answer in the context of its own request', async () => {
  const customer = new AsyncLocalStorage<string>()
  const sent: (string | undefined)[] = []
  for (const one of ['rosa', 'olu'])
    customer.run(one, () => sendTogether(() => sent.push(customer.getStore())))
  await setImmediate()
  expect(sent).toEqual(['rosa', 'olu'])
})
