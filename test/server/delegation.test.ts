import { expect, it } from 'vitest'
import { createHarness, ROSA } from '../support/harness.ts'

const { ssnLast4: _, ...WITHOUT_SSN } = ROSA

it('creates an intent without an SSN for a program that verifies identities itself', async () => {
  const harness = createHarness({ proxy: { kycDelegation: true }, simulator: { kycDelegation: true } })
  const browser = harness.browser()
  expect((await browser.submit(WITHOUT_SSN)).status).toBe(201)
  expect((await browser.trip()).body.flow.outcome).toEqual({ state: 'authorized' })
})

it('is refused by an Astra that has not approved the program for it', async () => {
  const harness = createHarness({ proxy: { kycDelegation: true } })
  const { status, body } = await harness.browser().submit(WITHOUT_SSN)
  expect([status, body.error?.code]).toEqual([422, 'intent_rejected_by_astra'])
})
