import type { Deed, Harness, HarnessOptions, TestBrowser } from './harness.ts'
import { createHarness } from './harness.ts'

export const LINK = { name: 'hosted-flow', flow: 'link-card', reason: 'card' }
export const COMPLETE = { name: 'complete' }
export const WAIT = { name: 'wait', mayAuthorize: false }

export async function setUp(options: HarnessOptions = {}) {
  return onboarded(createHarness(options))
}

export async function onboarded(harness: Harness) {
  const browser = harness.browser()
  await browser.onboard()
  return { harness, browser }
}

/** Opens a flow for a card and walks through it; answers the flow's id and what it returned with. */
export async function walk(browser: TestBrowser, deeds: readonly Deed[]) {
  const { flow, startPath } = await browser.openFlow('redirect', 'link-card')
  const returned = await browser.walk(await browser.start(startPath), deeds)
  return { id: flow.id, query: returned?.search ?? '' }
}

/** The same, with the return. The module knows the browser from the authorization, unless said otherwise. */
export async function link(browser: TestBrowser, ...deeds: Deed[]): Promise<string> {
  const { id, query } = await walk(browser, deeds)
  await browser.complete(query)
  return id
}

export const ask = (browser: TestBrowser, flowId = '') =>
  browser.status(`?goal=link-card${flowId && `&flow=${flowId}`}`)

/** The step, and what became of the card of the flow. */
export async function outcome(browser: TestBrowser, flowId: string) {
  const { step, flow } = await ask(browser, flowId)
  return [step, flow?.card]
}

export const readsOfCards = ({ simulator }: Harness) =>
  simulator.requests.filter(({ route }) => route === 'GET /v1/cards').length
