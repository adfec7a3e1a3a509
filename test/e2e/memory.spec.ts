import type { Page, Route } from '@playwright/test'
import { expect, test } from './support/bank.ts'
import { browserStorage } from './support/browser-storage.ts'
import { findInHeap } from './support/heap.ts'
import { heardByHost, openListeningHost } from './support/listening-host.ts'
import { visitor } from './support/visitor.ts'

// The recorder of traces keeps the value of every input that it sees, on the input itself.
test.use({ trace: 'off' })
// A snapshot takes seconds.
test.slow()

const SSN = '7391'
/** Four digits are everywhere in longer numbers and ids; alone they are the SSN. */
const ALONE = new RegExp(String.raw`(?<![\w-])${SSN}(?![\w-])`)

const ssnField = (page: Page) => page.getByLabel('Last 4 digits of your Social Security number')
const press = (page: Page, name: string) => page.getByRole('button', { name }).click()

/** By keys: what a script fills in would be kept by the script. */
async function typeSsn(page: Page): Promise<void> {
  await ssnField(page).focus()
  await page.keyboard.type(SSN)
}

/** From the page with the SSN to the review; the bank knows the rest. */
async function goOnToReview(page: Page): Promise<void> {
  for (const title of ['How to reach you', 'Your home address', 'Check your answers']) {
    await press(page, 'Continue')
    await page.getByRole('heading', { name: title }).waitFor()
  }
}

/** What a page shows and keeps, and where it was, apart from its heap. */
async function watchPage(page: Page): Promise<() => Promise<Record<string, string>>> {
  const lines: string[] = []
  const urls: string[] = []
  page.on('console', (message) => lines.push(message.text()))
  page.on('request', (request) => urls.push(request.url(), request.headers()['referer'] ?? ''))
  return async () => ({
    DOM: await page.evaluate(() =>
      [
        document.documentElement.outerHTML,
        ...[...document.querySelectorAll('input')].map(({ value }) => value),
      ].join('\n'),
    ),
    storage: await page.evaluate(browserStorage),
    console: lines.join('\n'),
    urls: [...urls, page.url()].join('\n'),
  })
}

/** React puts some of its clearing up off to an idle moment; a second at most, since a busy machine has none. */
const comesToRest = (page: Page) =>
  page.evaluate(() => new Promise((resolve) => requestIdleCallback(resolve, { timeout: 1000 })))

test('memory holds the SSN while the profile is on its way, and nothing holds it afterwards', async ({
  page,
  bank,
}) => {
  const collect = await watchPage(page)
  await openListeningHost(page, bank.origin)
  await press(page, 'Add debit card')
  await press(page, 'Continue')
  await ssnField(page).waitFor()
  expect(await findInHeap(page, ALONE)).toEqual([])
  await typeSsn(page)
  expect((await collect())['DOM']).toMatch(ALONE)
  await goOnToReview(page)

  const onItsWay = new Promise<Route>((resolve) => void page.route('**/user-intents', resolve))
  await press(page, 'Send and continue')
  const request = await onItsWay
  const held = (await findInHeap(page, ALONE)).map(({ text }) => text)
  expect(held).toContain(SSN)
  expect(held).toContainEqual(expect.stringContaining(`"ssnLast4":"${SSN}"`))

  // The next step may take its time; the number has had its own.
  const nextStep = new Promise<Route>((resolve) => void page.route('**/status?*', resolve))
  await request.continue()
  const asked = await nextStep
  await comesToRest(page)
  await expect(page.getByRole('button', { name: 'Sending…' })).toBeVisible()
  expect(await findInHeap(page, ALONE)).toEqual([])

  await asked.continue()
  await page.getByRole('heading', { name: 'Confirm your phone and allow access' }).waitFor()
  await comesToRest(page)
  expect(await findInHeap(page, ALONE)).toEqual([])
  const places = { ...(await collect()), events: await heardByHost(page) }
  expect(places).toMatchObject({
    urls: expect.stringContaining('/user-intents'),
    events: expect.stringContaining('profile-taken'),
  })
  for (const [place, text] of Object.entries(places)) expect(text, place).not.toMatch(ALONE)
})

// An error keeps the functions that it came through, and with them the form.
test('memory forgets the SSN when sending fails, and when the dialog is closed, though the host keeps the error', async ({
  page,
  bank,
}) => {
  await openListeningHost(page, bank.origin)
  await press(page, 'Add debit card')
  await press(page, 'Continue')
  await typeSsn(page)
  await goOnToReview(page)
  await page.route('**/user-intents', (route) => route.abort())
  await press(page, 'Send and continue')
  await page.getByText('This cannot be done just now.').first().waitFor()
  await comesToRest(page)
  expect(await findInHeap(page, ALONE)).toEqual([])

  await press(page, 'Change About you')
  await typeSsn(page)
  await page.keyboard.press('Escape')
  await press(page, 'Close it')
  await expect(page.getByRole('dialog')).toHaveCount(0)
  await comesToRest(page)
  expect(await findInHeap(page, ALONE)).toEqual([])
  expect(await heardByHost(page)).not.toMatch(ALONE)
})

/** Goes somewhere and comes back by the browser's Back; the page has not been loaded anew. */
async function thereAndBack(page: Page, go: () => Promise<unknown>): Promise<void> {
  await page.evaluate(() => {
    const frozen = window as { restored?: boolean }
    addEventListener('pageshow', ({ persisted }) => (frozen.restored = persisted))
  })
  await go()
  // Later, because the answer would be lost with the page that gives it.
  await page.evaluate(() => void setTimeout(() => history.back()))
  await expect
    .poll(() => page.evaluate(() => (window as { restored?: boolean }).restored).catch(() => null))
    .toBe(true)
}

test('memory has no SSN any more on the page that Back brings out of the cache, typed or sent', async ({
  page,
}) => {
  await page.addInitScript(() => void (window.open = () => null))
  const person = visitor(page)
  await person.comeAs('Rosa Lindqvist: approved at once')
  await page.goto('/transfer')
  await press(page, 'Continue')
  await typeSsn(page)
  await thereAndBack(page, () => page.goto('/settings'))
  await expect(ssnField(page)).toHaveValue('')
  expect(await findInHeap(page, ALONE)).toEqual([])

  await typeSsn(page)
  await goOnToReview(page)
  await press(page, 'Send and continue')
  await thereAndBack(page, () => person.goByRedirect())
  await page.getByRole('heading', { name: 'Confirm your phone and allow access' }).waitFor()
  expect(await findInHeap(page, ALONE)).toEqual([])
})
