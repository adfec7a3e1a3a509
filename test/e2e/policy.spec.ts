import { expect, test } from './support/bank.ts'
import { visitor, walk } from './support/visitor.ts'

const EVERY_ENGINE = { tag: '@every-engine' }

// What the widget needs, and an address for reports. The bank's own page has one image.
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; form-action 'self'; img-src 'self'; report-uri /violation/uri; report-to violations"

test.describe('under the strictest policy that the README promises', EVERY_ENGINE, () => {
  test.use({
    bankOptions: {
      interference: {
        headers: [
          {
            on: 'bank GET /(?!api/)',
            headers: {
              'content-security-policy': POLICY,
              'reporting-endpoints': 'violations="/violation/to"',
            },
          },
        ],
        answers: [{ on: 'bank POST /violation', status: 204 }],
      },
    },
  })

  test.beforeEach(async ({ context }) => {
    await context.addInitScript(() => {
      // The ready-made return page has a policy of its own, under which Firefox may not fetch an icon.
      if (location.pathname.startsWith('/api/')) return
      document.addEventListener(
        'securitypolicyviolation',
        ({ effectiveDirective, blockedURI, sourceFile }) => {
          const what = [effectiveDirective, blockedURI, sourceFile].map(encodeURIComponent).join('/')
          navigator.sendBeacon(`/violation/event/${what}`)
        },
      )
    })
  })

  test('the whole journey in a popup violates nothing', async ({ page, bank }) => {
    const person = visitor(page)
    await person.comeAs('Rosa Lindqvist: approved at once')
    await person.sendProfile()
    await person.authorizeInPopup(['phone', 'consent', 'card'])
    await person.seesComplete()
    expect(await bank.calls(/POST \/violation/)).toEqual([])
    // Shows that it would have been seen.
    await page.evaluate(() => document.body.append(document.createElement('style')))
    await page.evaluate(
      () => void (document.querySelector('style:last-child')!.textContent = 'p { color: red }'),
    )
    await expect.poll(() => bank.count(/POST \/violation\/event/)).toBeGreaterThan(0)
  })

  test('the whole journey by redirect violates nothing', async ({ page, bank }) => {
    await page.addInitScript(() => void (window.open = () => null))
    const person = visitor(page)
    await person.comesInvited()
    await person.goByRedirect()
    await walk(page, ['phone', 'consent', 'card'])
    await person.seesComplete()
    expect(await bank.calls(/POST \/violation/)).toEqual([])
  })
})
