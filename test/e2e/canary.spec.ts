import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { expect, test } from './support/bank.ts'
import type { Bank } from './support/bank.ts'
import { browserStorage } from './support/browser-storage.ts'
import { visitor, walk } from './support/visitor.ts'

/** One value per personal field, found nowhere else on earth. Lives only in this test. */
const CANARIES = {
  firstName: 'Zephyrinda',
  lastName: 'Quillfeather',
  email: 'zeph.canary.7713@example.com',
  phone: '+17025550173',
  address1: '9917 Canarywharf Lane',
  address2: 'Unit Xylo 55',
  city: 'Plumbago Falls',
  postalCode: '89144-7319',
  dateOfBirth: '1983-07-19',
}

const SSNS = ['7391', '5827']

/** Everything that a value may look like when it has leaked. */
function spellings(field: string, value: string): string[] {
  const variants = [
    value,
    encodeURIComponent(value),
    encodeURIComponent(value).replaceAll('%20', '+'),
    JSON.stringify(value),
  ]
  if (field === 'phone')
    variants.push(
      value.slice(2),
      value.replace(/^\+1(...)(...)/, '($1) $2-'),
      `${value.slice(2, 5)}-${value.slice(5, 8)}-${value.slice(8)}`,
    )
  if (field === 'dateOfBirth') variants.push('7/19/1983', '07/19/1983')
  // Base64 depends on where the value stands; of each of the three positions, the part that does not.
  for (const shift of [0, 1, 2]) {
    const encoded = Buffer.from('x'.repeat(shift) + value).toString('base64')
    variants.push(encoded.slice(shift === 0 ? 0 : 4, encoded.length - 4))
  }
  return variants
}

/** What of the canaries a text holds. Four digits are everywhere, so an SSN counts only next to its member's name. */
function findCanaries(text: string): string[] {
  const found = Object.entries(CANARIES)
    .filter(([field, value]) => spellings(field, value).some((spelling) => text.includes(spelling)))
    .map(([field]) => field)
  for (const ssn of SSNS) {
    const member = new RegExp(`ssn(_?last_?4|Last4)?\\W{0,12}(%22|%3A|=|:)*\\W{0,4}${ssn}`, 'i')
    const base64 = [0, 1, 2].map((shift) =>
      Buffer.from(`${'x'.repeat(shift)}"ssnLast4":"${ssn}"`)
        .toString('base64')
        .slice(4, -4),
    )
    if (member.test(text) || base64.some((part) => text.includes(part))) found.push(`ssn ${ssn}`)
  }
  return found
}

/** Text of every place in which something could be left behind. */
interface Channels {
  database: string
  'server log': string
  'browser storage': string
  console: string
  urls: string
}

function watch(page: Page, bank: Bank) {
  const lines: string[] = []
  const urls: string[] = []
  page.context().on('console', (message) => lines.push(message.text()))
  page.context().on('weberror', (error) => lines.push(String(error.error())))
  page.context().on('request', (request) => {
    if (!request.url().startsWith(bank.simulatorOrigin))
      urls.push(request.url(), request.headers()['referer'] ?? '')
  })
  return async (): Promise<Channels> => ({
    database: readdirSync(bank.data)
      .filter((name) => name.startsWith('astra.db'))
      .map((name) => readFileSync(join(bank.data, name), 'latin1'))
      .join('\n'),
    'server log': bank.log(),
    'browser storage': await page.evaluate(browserStorage),
    console: lines.join('\n'),
    urls: [...urls, page.url()].join('\n'),
  })
}

function leaks(channels: Channels): Record<string, string[]> {
  const found = Object.entries(channels).map(([channel, text]) => [channel, findCanaries(text)] as const)
  return Object.fromEntries(found.filter(([, canaries]) => canaries.length > 0))
}

test.describe('the search itself', () => {
  const profile = JSON.stringify({ ...CANARIES, ssnLast4: SSNS[0] })
  const everything = [...Object.keys(CANARIES), `ssn ${SSNS[0]}`]

  test.use({
    bankOptions: { preload: `console.log(${JSON.stringify(profile)})` },
  })

  test('finds a leak planted in each channel', async ({ page, bank }) => {
    const collect = watch(page, bank)
    await visitor(page).comeAs('Rosa Lindqvist: approved at once')
    expect(Object.keys(leaks(await collect()))).toEqual(['server log'])

    await page.evaluate((text) => {
      localStorage.setItem('planted', text)
      console.log(text)
      return fetch(`/?planted=${encodeURIComponent(text)}`)
    }, profile)
    const { sqliteStorage } = await import('../../src/node/sqlite.ts')
    const storage = sqliteStorage(join(bank.data, 'astra.db'))
    await storage.commit([{ kind: 'webhook', id: 'planted', expectedVersion: null, data: { profile } }])
    storage.close()

    expect(leaks(await collect())).toEqual({
      database: everything,
      'server log': everything,
      'browser storage': everything,
      console: everything,
      urls: everything,
    })
    for (const encode of [encodeURIComponent, (text: string) => Buffer.from(text).toString('base64')]) {
      expect(findCanaries(encode(profile))).toEqual(everything)
    }
  })
})

test('nothing personal is left anywhere after a whole run, errors included', async ({ page, bank }) => {
  const collect = watch(page, bank)
  const person = visitor(page)
  await person.comeAs('Rosa Lindqvist: approved at once')
  await page.getByRole('button', { name: 'Add debit card' }).click()
  await page.getByRole('button', { name: 'Continue' }).click()
  await page.getByLabel('First name').fill(CANARIES.firstName)
  await page.getByLabel('Last name').fill(CANARIES.lastName)
  await page.getByLabel('Month').fill('7')
  await page.getByRole('textbox', { name: 'Day' }).fill('19')
  await page.getByLabel('Year').fill('1983')
  await page.getByLabel('Last 4 digits').fill(SSNS[0] ?? '')
  await page.getByRole('button', { name: 'Continue' }).click()
  await page.getByLabel('E-mail address').fill(CANARIES.email)
  await page.getByLabel('Phone number').fill('(702) 555-0173')
  await page.getByRole('button', { name: 'Continue' }).click()
  await page.getByLabel('Street address').fill(CANARIES.address1)
  await page.getByLabel('Apartment').fill(CANARIES.address2)
  await page.getByLabel('City').fill(CANARIES.city)
  await page.getByLabel('ZIP code').fill(CANARIES.postalCode)
  await page.getByRole('button', { name: 'Continue' }).click()

  // The first send fails at the proxy: errors must not carry anything along either.
  await page.route('**/user-intents', (route) => route.abort(), { times: 1 })
  await page.getByRole('button', { name: 'Send and continue' }).click()
  await page.getByText('This cannot be done just now.').first().waitFor()
  await page.getByRole('button', { name: 'Change About you' }).click()
  await page.getByLabel('Last 4 digits').fill(SSNS[1] ?? '')
  await page.getByRole('button', { name: 'Continue' }).click()
  await page.getByRole('button', { name: 'Send and continue' }).click()

  const popup = await person.openPopup()
  const closed = popup.waitForEvent('close')
  await walk(popup, ['phone', 'consent', 'card'])
  await closed
  await person.seesComplete()
  expect(leaks(await collect())).toEqual({})
  await page.reload()
  await page.getByRole('heading', { name: 'Good morning' }).waitFor()
  const channels = await collect()
  expect(leaks(channels)).toEqual({})
  expect(channels.database.length).toBeGreaterThan(1000)
  expect(channels.urls).toContain('/api/astra/user-intents')
})

test('the client secret is in no file that a browser gets', () => {
  const files = readdirSync('build/site', { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  )
  const texts = files.map((file) => readFileSync(join(file.parentPath, file.name), 'latin1'))
  expect(texts.length).toBeGreaterThan(2)
  for (const secret of [
    'simulator-secret',
    'ASTRA_CLIENT_SECRET',
    'client_secret',
    'clientSecret',
    'access_token',
  ]) {
    expect(texts.filter((text) => text.includes(secret))).toEqual([])
  }
  // The same search does find the secret where it belongs.
  expect(readFileSync('build/demo/server.js', 'utf8')).toContain('simulator-secret')
})
