import { screen, waitFor } from '@testing-library/react'
import { expect, it, vi } from 'vitest'
import type { Page } from '../support/widget.tsx'
import { createPage, fillForm, findScreen, input, sendForm, SSN } from '../support/widget.tsx'

it('does not judge the SSN while it is typed anew after a failed send', async () => {
  const page = createPage()
  page.show()
  await fillForm(page.user)
  page.answerNext('POST /user-intents', null)
  await sendForm(page.user)
  await screen.findByRole('alert')
  await page.user.click(screen.getByRole('button', { name: 'Change About you' }))
  await page.user.type(input(SSN), '4')
  await page.settle()
  expect(input(SSN)).toBeValid()
})

it('keeps the form when the window gets the focus while the profile is on its way', async () => {
  let release = () => {}
  const gate = new Promise<void>((resolve) => (release = resolve))
  const page: Page = createPage({
    proxy: {
      fetch: async (request) => {
        if (!request.url.endsWith('/v1/user_intent')) return page.simulator.fetch(request)
        await gate
        return Response.json({}, { status: 400 })
      },
    },
  })
  page.show()
  await fillForm(page.user)
  await sendForm(page.user)
  await waitFor(() => expect(page.count('POST /user-intents')).toBe(1))
  await new Promise((r) => setTimeout(r, 100))
  page.lookAgain()
  await new Promise((r) => setTimeout(r, 200))
  release()
  await page.settle()
  expect(await findScreen('Check your answers')).toBeVisible()
  expect(screen.getByRole('alert')).toBeVisible()
})

it('goes on after a profile was sent although an older status arrives later', async () => {
  const page = createPage()
  page.show()
  await fillForm(page.user)
  // Answered before the profile was sent, but arriving after it.
  const stale = await (await page.request('GET', '/status')).json()
  let release = () => {}
  const held = new Promise<void>((r) => (release = r))
  vi.spyOn(globalThis, 'fetch').mockImplementationOnce(async () => {
    await held
    return Response.json(stale, { headers: { etag: '"x"' } })
  })
  page.lookAgain()
  await page.settle()
  await sendForm(page.user)
  await screen.findByRole('button', { name: 'Continue to Astra' })
  release()
  await new Promise((r) => setTimeout(r, 300))
  expect(screen.queryByText('Set up instant transfers')).toBeNull()
  await screen.findByRole('button', { name: 'Continue to Astra' })
})

it('leaves the page alone when the widget is gone before the flow is open', async () => {
  const page = createPage()
  await page.browser('customer-1').submit()
  const { unmount } = page.show({ presentation: 'redirect' })
  const button = await screen.findByRole('button', { name: 'Continue to Astra' })
  const release = page.hold('POST /flows')
  await page.user.click(button)
  unmount()
  release()
  await page.settle()
  expect(page.navigation.assign).not.toHaveBeenCalled()
})

it('closes the popup when the widget is gone before the flow is open', async () => {
  const page = createPage()
  await page.browser('customer-1').submit()
  const { unmount } = page.show()
  const button = await screen.findByRole('button', { name: 'Continue to Astra' })
  const release = page.hold('POST /flows')
  await page.user.click(button)
  unmount()
  release()
  await page.settle()
  expect(page.popup().close).toHaveBeenCalledOnce()
  expect(page.popup().location.replace).not.toHaveBeenCalled()
})

it('tells the host of a failure although nothing is shown', async () => {
  const page = createPage()
  page.answerNext('GET /status', null)
  const onError = vi.fn()
  page.show({ launch: 'auto', onError })
  await waitFor(() => expect(page.count('GET /status')).toBe(1))
  await page.settle()
  expect(onError).toHaveBeenCalled()
})

it('does not poll while the profile is on its way, though the last status could not be had', async () => {
  const page = createPage()
  page.show()
  await fillForm(page.user)
  page.answerNext('GET /status', null)
  page.lookAgain()
  await waitFor(() => expect(page.count('GET /status')).toBe(2))
  const release = page.hold('POST /user-intents')
  await sendForm(page.user)
  await waitFor(() => expect(page.count('POST /user-intents')).toBe(1))
  const before = page.count('GET /status')
  // Longer than the first pause of the polling.
  await new Promise((resolve) => setTimeout(resolve, 1_500))
  expect(page.count('GET /status')).toBe(before)
  release()
  await screen.findByRole('button', { name: 'Continue to Astra' })
})
