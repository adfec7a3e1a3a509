import type { CDPSession, Page } from '@playwright/test'
import { expect, test } from './support/bank.ts'
import { visitor } from './support/visitor.ts'

/** Found alone or beside its member only; four digits are part of many numbers. */
const SSN = '7391'

/** Strings of the page's heap that hold the digits: alone, or beside the name of their member. */
async function stringsWithSsn(session: CDPSession): Promise<string[]> {
  await session.send('HeapProfiler.collectGarbage')
  const chunks: string[] = []
  const take = ({ chunk }: { chunk: string }) => void chunks.push(chunk)
  session.on('HeapProfiler.addHeapSnapshotChunk', take)
  await session.send('HeapProfiler.takeHeapSnapshot', { reportProgress: false })
  session.off('HeapProfiler.addHeapSnapshotChunk', take)
  const { strings } = JSON.parse(chunks.join('')) as { strings: string[] }
  return strings.filter((text) => text === SSN || text.includes(`"ssnLast4":"${SSN}"`))
}

async function toReview(page: Page): Promise<void> {
  const next = () => page.getByRole('button', { name: 'Continue' }).click()
  await page.getByRole('button', { name: 'Add debit card' }).click()
  await next()
  // Key by key, as a person does: what is set at once is a string of the test's own.
  await page.getByLabel('Last 4 digits of your Social Security number').pressSequentially(SSN)
  await next()
  await page.getByRole('heading', { name: 'How to reach you' }).waitFor()
  await next()
  await page.getByRole('heading', { name: 'Your home address' }).waitFor()
  await next()
  await page.getByRole('heading', { name: 'Check your answers' }).waitFor()
}

/** Everything of the document that a script can read: text, attributes, what stands in inputs. */
const readDocument = () =>
  JSON.stringify([
    document.documentElement.outerHTML,
    [...document.querySelectorAll('input')].map(({ value }) => value),
    { ...localStorage },
    { ...sessionStorage },
    history.state,
    location.href,
  ])

test('the SSN is in memory until it is sent, and nowhere a second after', async ({ page }) => {
  await visitor(page).comeAs('Rosa Lindqvist: approved at once')
  const session = await page.context().newCDPSession(page)
  const said: string[] = []
  page.on('console', (message) => said.push(message.text()))
  await toReview(page)

  let release = () => {}
  const released = new Promise<void>((resolve) => (release = resolve))
  await page.route('**/user-intents', async (route) => {
    await released
    await route.continue()
  })
  await page.getByRole('button', { name: 'Send and continue' }).click()
  await page.getByRole('button', { name: 'Sending…' }).waitFor()
  expect(await stringsWithSsn(session)).not.toEqual([])

  release()
  await page.getByRole('heading', { name: 'Confirm your phone and allow access' }).waitFor()
  await expect(async () => expect(await stringsWithSsn(session)).toEqual([])).toPass({ timeout: 15_000 })
  expect(await page.evaluate(readDocument)).not.toContain(SSN)
  expect(said.join('\n')).not.toContain(SSN)
})
