import { afterEach, beforeEach } from 'vitest'
import { startBank } from '../e2e/support/bank-process.ts'
import type { Bank, BankOptions, Interference } from '../e2e/support/bank-process.ts'
import { openWebKit } from './window.ts'
import type { Visitor } from './window.ts'

/** For each test a bank of its own, and a person in a browser of their own. */
export function withBank(options: BankOptions): () => { bank: Bank; person: Visitor } {
  let bank: Awaited<ReturnType<typeof startBank>>
  let person: Visitor
  beforeEach(async () => {
    ;[bank, person] = await Promise.all([startBank(options), openWebKit()])
  })
  afterEach(() => Promise.all([bank.stop(), person.close()]))
  return () => ({ bank, person })
}

export const noPopups = ({ driver }: Visitor) => driver.executeScript('window.open = () => null')

export const exchanges = (bank: Bank) => bank.count(/^astra POST \/v1\/oauth\/token$/)
export const intents = (bank: Bank) => bank.count(/^astra POST \/v1\/user_intent$/)

/** Pages with a script in front of their own: WebDriver has none that runs so early. */
export async function withScript(bank: Bank, paths: string[], script: string): Promise<Interference> {
  const answers = paths.map(async (path) => {
    const page = await (await fetch(bank.origin + path)).text()
    const body = page.replace('<head>', `<head><script>${script}</script>`)
    if (body === page) throw new Error(`no head: ${path}`)
    return { on: `bank GET ${path}`, status: 200, body }
  })
  return { answers: await Promise.all(answers) }
}
