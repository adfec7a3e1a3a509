import type { Page } from '@playwright/test'
import { judgeInput } from '../../src/core/profile-input.ts'
import type { Profile, ProfileField } from '../../src/core/profile.ts'
import type { FieldCode } from '../../src/core/field-codes.ts'
import { en } from '../../src/react/messages/en.ts'
import { fieldError } from '../../src/react/messages/field-error.ts'
import { fieldLabel } from '../../src/react/messages/field-label.ts'
import { STATE_NAMES } from '../../src/core/states.ts'
import { ROSA } from '../support/harness.ts'
import { POLICY, readCorpus } from '../support/read-corpus.ts'
import type { CorpusCase } from '../support/read-corpus.ts'
import { expect, test } from './support/bank.ts'
import type { Bank } from './support/bank.ts'
import { visitor } from './support/visitor.ts'

/** Schema and route take the corpora whole; the form takes so many cases of each verdict. */
const SAMPLE = 3

/** So many profiles go all the way, each with another accepted case of every corpus. */
const JOURNEYS = 3

const NOW = '2026-11-23T18:00:00Z'

const PAGES = ['about', 'contact', 'address', 'review'] as const

/** Where a corpus is typed. */
interface Place {
  corpus: string
  page: 'about' | 'contact' | 'address'
  fields: readonly ProfileField[]
  /** What a person enters; null for a case that the controls cannot hold. */
  toAnswers: (input: unknown) => Profile | null
  /** Members of Astra's request that a normal form becomes. */
  onTheWire: (normalized: unknown) => Record<string, unknown>
}

/** An input holds text of one line. Numbers, null and the like never come from a form: they are for the route. */
const isLine = (input: unknown): input is string => typeof input === 'string' && !/[\r\n]/.test(input)

function textField(corpus: string, page: Place['page'], field: ProfileField, member: string): Place {
  return {
    corpus,
    page,
    fields: [field],
    toAnswers: (input) => (isLine(input) ? { [field]: input } : null),
    onTheWire: (normalized) => ({ [member]: normalized }),
  }
}

const PLACES: readonly Place[] = [
  textField('name', 'about', 'firstName', 'first_name'),
  textField('naughty', 'about', 'lastName', 'last_name'),
  {
    ...textField('ssn_last4', 'about', 'ssnLast4', 'ssn'),
    // The form takes blanks and hyphens out before it asks the rules.
    toAnswers: (input) => (isLine(input) && !/^[\d -]*[ -][\d -]*$/.test(input) ? { ssnLast4: input } : null),
  },
  {
    corpus: 'dob',
    page: 'about',
    fields: ['dateOfBirth'],
    // Three inputs hold the parts. The form itself writes hyphens and leading zeros, so neither can be missing.
    toAnswers: (input) => {
      const { dob } = input as { dob: unknown }
      return isLine(dob) && /^$|^[^-]*-[^-]{2,}-[^-]{2,}$/.test(dob) ? { dateOfBirth: dob } : null
    },
    onTheWire: (normalized) => ({ date_of_birth: normalized }),
  },
  textField('email', 'contact', 'email', 'email'),
  textField('phone', 'contact', 'phone', 'phone'),
  {
    corpus: 'address_pobox',
    page: 'address',
    fields: ['address1', 'address2'],
    // The question is the designator alone, so the city and state of a case stay out.
    toAnswers: (input) => {
      const { address1, address2 = '' } =
        typeof input === 'string' ? { address1: input } : (input as { address1: string; address2?: string })
      return isLine(address1) && isLine(address2) ? { address1, address2 } : null
    },
    // The corpus has no normal forms.
    onTheWire: () => ({}),
  },
  {
    corpus: 'state_zip',
    page: 'address',
    fields: ['state', 'postalCode'],
    // A state is chosen from the list, so that none can be misspelt; "none chosen" is on the list too.
    toAnswers: (input) => {
      const { state, postal_code: postalCode } = input as Record<string, unknown>
      const isListed = typeof state === 'string' && ['', ...Object.keys(STATE_NAMES)].includes(state)
      // The form writes the hyphen into nine digits itself.
      const isPlain = isLine(postalCode) && !/^\d{5} ?\d{4}$/.test(postalCode.trim())
      return isListed && isPlain ? { state, postalCode } : null
    },
    onTheWire: (normalized) => normalized as Record<string, unknown>,
  },
]

const GOOD: Profile = { ...ROSA, address2: '' }

interface TypedCase extends CorpusCase<unknown> {
  answers: Profile
}

/** The cases of a verdict that the form can be asked about. */
function casesOf({ corpus, toAnswers }: Place, verdict: 'accept' | 'reject'): TypedCase[] {
  return readCorpus(corpus).flatMap((one) => {
    const answers = one.expect === verdict ? toAnswers(one.input) : null
    return answers ? [{ ...one, answers }] : []
  })
}

/** So many of a list, at equal distances. */
function evenly<Item>(list: readonly Item[], count: number): Item[] {
  return list.filter(
    (_, index) => Math.floor((index * count) / list.length) > Math.floor(((index - 1) * count) / list.length),
  )
}

/** The instant at which a case is judged. */
const clockOf = ({ input }: TypedCase) => (input as { now?: string } | null)?.now ?? NOW

/** The sentence for each field that the rules refuse. */
function sentences(answers: Profile, now: string): [ProfileField, string][] {
  const verdict = judgeInput({ ...GOOD, ...answers }, POLICY, Date.parse(now))
  const refused = verdict && 'refused' in verdict ? verdict.refused : {}
  return (Object.entries(refused) as [ProfileField, FieldCode][]).map(([field, code]) => [
    field,
    fieldError(en, field, code),
  ])
}

/** The form, as far as a person sees it. */
function formOn(page: Page) {
  const press = (name: string) => page.getByRole('button', { name, exact: true }).click()
  const birth = page.getByRole('group', { name: en.labels.dateOfBirth })
  const form = {
    heading: (name: (typeof PAGES)[number]) => page.getByRole('heading', { level: 2, name: en.steps[name] }),
    proceed: () => press(en.continue),
    goBack: () => press(en.back),
    /** The controls of a field: one, or the three of the date. */
    controls: (field: ProfileField) =>
      field === 'dateOfBirth'
        ? birth.getByRole('textbox')
        : page.getByLabel(fieldLabel(en, field, POLICY), { exact: true }),
    /** What carries the description of a field. */
    described: (field: ProfileField) => (field === 'dateOfBirth' ? birth : form.controls(field)),
    async enter(answers: Profile) {
      for (const [field, text] of Object.entries(answers) as [ProfileField, string][]) {
        if (field === 'state') await form.controls(field).selectOption(text)
        else if (field !== 'dateOfBirth') await form.controls(field).fill(text)
        else {
          const [year = '', month = '', day = ''] = text.split('-')
          for (const [part, value] of Object.entries({ month, day, year }) as ['month', string][])
            await birth.getByLabel(en.dateParts[part], { exact: true }).fill(value)
        }
      }
    },
    /** Opens the form anew at this instant, and turns to a page of it. The bank knows everything but the SSN. */
    async open(name: Place['page'], now: string) {
      await page.clock.setFixedTime(now)
      await page.goto('/transfer')
      await form.proceed()
      await form.enter({ ssnLast4: ROSA.ssnLast4 })
      for (const passed of PAGES.slice(0, PAGES.indexOf(name))) {
        await form.heading(passed).waitFor()
        await form.proceed()
      }
      await form.heading(name).waitFor()
    },
  }
  return form
}

test.describe.configure({ mode: 'parallel' })

for (const place of PLACES) {
  const sample = (['reject', 'accept'] as const).map((verdict) => evenly(casesOf(place, verdict), SAMPLE))
  const next = PAGES[PAGES.indexOf(place.page) + 1] ?? 'review'
  const good = Object.fromEntries(place.fields.map((field) => [field, GOOD[field]]))

  test(`the form refuses and lets pass as the corpus says: ${place.corpus}`, async ({ page }) => {
    // The form takes more than the rules: of some corpora it leaves fewer to refuse, or tells them as they are.
    expect(Math.min(...sample.map(({ length }) => length))).toBeGreaterThanOrEqual(SAMPLE - 1)
    const form = formOn(page)
    await visitor(page).comeAs('Rosa Lindqvist: approved at once')
    let openedAt = ''
    for (const one of sample.flat()) {
      const now = clockOf(one)
      if (now !== openedAt) await form.open(place.page, now)
      openedAt = now
      await form.enter({ ...good, ...one.answers })
      await form.proceed()
      if (one.expect === 'reject') {
        const refused = sentences(one.answers, now)
        await expect(page.getByRole('alert').getByRole('link'), one.id).toHaveText(
          refused.map(([, sentence]) => sentence),
        )
        for (const [field, sentence] of refused) {
          for (const control of await form.controls(field).all())
            await expect(control, one.id).toHaveAttribute('aria-invalid', 'true')
          await expect(form.described(field), one.id).toHaveAccessibleDescription(
            [en.hints[field], en.errorPrefix, sentence].filter(Boolean).join(' '),
          )
        }
        await expect(form.heading(place.page), one.id).toBeVisible()
        await form.enter(good)
        await form.proceed()
      }
      await expect(form.heading(next), one.id).toBeVisible()
      await form.goBack()
    }
  })
}

/** Prints each body that Astra has answered with a creation. */
const TAP = `
  const send = globalThis.fetch
  globalThis.fetch = async (request) => {
    const copy = request.clone()
    const response = await send(request)
    if (response.status === 201) console.log('created from ' + (await copy.text()))
    return response
  }
`

function created(bank: Bank): unknown[] {
  return [...bank.log().matchAll(/^created from (.*)$/gm)].map(([, body = '']) => JSON.parse(body))
}

test.describe('what the form lets pass', () => {
  test.use({ bankOptions: { preload: TAP } })

  const rows = PLACES.map((place) => {
    // Whoever is of age at the instant of a case is of age ever after, but the proxy's clock must have reached it.
    const cases = casesOf(place, 'accept').filter((one) => Date.parse(clockOf(one)) <= Date.now())
    // What is not in normal form already tells more.
    const isTelling = ({ input, normalized }: TypedCase) => typeof input === 'string' && input !== normalized
    const telling = cases.filter(isTelling)
    const plain = cases.filter((one) => !isTelling(one))
    return { place, accepted: [...evenly(telling, JOURNEYS), ...evenly(plain, JOURNEYS)] }
  })

  for (let journey = 0; journey < JOURNEYS; journey++) {
    test(`arrives at Astra in its normal form, one case of each corpus (${journey + 1})`, async ({
      page,
      bank,
    }) => {
      const form = formOn(page)
      await visitor(page).comeAs('Rosa Lindqvist: approved at once')
      await page.goto('/transfer')
      await form.proceed()
      for (const name of PAGES.slice(0, -1)) {
        await form.heading(name).waitFor()
        for (const { place, accepted } of rows)
          if (place.page === name) await form.enter(accepted[journey]?.answers ?? {})
        await form.proceed()
      }
      await form.heading('review').waitFor()
      await page.getByRole('button', { name: en.send }).click()
      await page.getByRole('heading', { name: en.invitations['first-time'].title }).waitFor()
      const normalForms = rows.map(({ place, accepted }) => place.onTheWire(accepted[journey]?.normalized))
      await expect
        .poll(() => created(bank))
        .toEqual([expect.objectContaining(Object.assign({}, ...normalForms))])
    })
  }
})
