import { render, waitFor } from '@testing-library/react'
import { QueryClient } from '@tanstack/react-query'
import { http, HttpResponse } from 'msw'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { Mock } from 'vitest'
import type { AstraOnboardingProps } from '../../src/react/index.ts'
import { network } from '../support/react-setup.ts'
import { createPage } from '../support/widget.tsx'

const noop = () => {}
const GOOD = { supportUrl: '/help', privacyUrl: '/privacy', termsUrl: '/terms', onError: noop }

let warn: Mock<(text: string) => void>

beforeEach(() => {
  // What has been said is remembered for the life of the page.
  vi.resetModules()
  warn = vi.fn()
  vi.spyOn(console, 'warn').mockImplementation(warn)
  const sheet = document.head.appendChild(document.createElement('style'))
  sheet.textContent = '.astra-onboarding { --_accent: navy }'
})

afterEach(() => {
  document.head.replaceChildren()
  vi.unstubAllEnvs()
})

/** Renders once with each of these props; answers what was said. */
async function said(...renders: AstraOnboardingProps[]): Promise<string[]> {
  const { AstraOnboarding } = await import('../../src/react/index.ts')
  const page = createPage()
  const [first, ...others] = renders
  const { rerender, container } = render(<AstraOnboarding {...first} />)
  for (const props of others) rerender(<AstraOnboarding {...props} />)
  await waitFor(() => expect(container).not.toBeEmptyDOMElement())
  await page.settle()
  return warn.mock.calls.map(([text]) => text)
}

it('says nothing where nothing is wrong', async () => {
  expect(await said(GOOD, GOOD, GOOD)).toEqual([])
})

it.each<[string, AstraOnboardingProps[], string]>([
  [
    'a missing address for support',
    [{ ...GOOD, supportUrl: undefined }],
    '[astra] `supportUrl` is missing: whoever is rejected, suspended or stuck is told to ask support, and not where. Set it to your help page.',
  ],
  [
    'missing terms',
    [{ ...GOOD, termsUrl: undefined }],
    '[astra] `privacyUrl` and `termsUrl` belong beside the button that sends the profile. Set both.',
  ],
  [
    'another basePath while it is mounted',
    [
      { ...GOOD, basePath: '/api/astra' },
      { ...GOOD, basePath: '/other/api/astra' },
    ],
    '[astra] `basePath` has changed while the onboarding was mounted, and what was under way is lost. Give the component a `key` that changes with it.',
  ],
  [
    'another query client while it is mounted',
    [GOOD, { ...GOOD, queryClient: new QueryClient() }],
    '[astra] `queryClient` has changed while the onboarding was mounted, and what was under way is lost. Give the component a `key` that changes with it.',
  ],
  [
    'open without onOpenChange',
    [{ ...GOOD, open: true }],
    '[astra] `open` is set without `onOpenChange`, so the onboarding cannot show or hide by itself. Set both, or leave both out.',
  ],
  [
    'a language that there is not',
    [{ ...GOOD, locale: 'en-US' as never }],
    '[astra] `locale` is "en-US", and the onboarding speaks "en" and "es". Set one of them, or leave it out to follow the document\'s `lang`.',
  ],
  [
    'other messages on every render',
    [1, 2, 3, 4, 5, 6].map(() => ({ ...GOOD, messages: {} })),
    '[astra] `messages` is another object on every render. Keep it outside the component, or in useMemo.',
  ],
])('says once what is wrong with %s', async (_, renders, text) => {
  expect(await said(...renders, ...renders.slice(-1))).toEqual([text])
})

it('says that the style sheet is missing', async () => {
  document.head.replaceChildren()
  expect(await said(GOOD, GOOD)).toEqual([
    "[astra] The style sheet is missing. Add `import 'astra-onboarding/styles.css'` once to your app.",
  ])
})

it('says that answers for the form have come too late', async () => {
  const { AstraOnboarding } = await import('../../src/react/index.ts')
  createPage()
  const { rerender, findByRole } = render(<AstraOnboarding {...GOOD} defaultValues={{ city: 'Oakland' }} />)
  // Before the form has begun they may come.
  rerender(<AstraOnboarding {...GOOD} defaultValues={{ city: 'Berkeley' }} />)
  await findByRole('button', { name: 'Continue' })
  rerender(<AstraOnboarding {...GOOD} defaultValues={{ city: 'Berkeley' }} />)
  expect(warn).not.toHaveBeenCalled()
  rerender(<AstraOnboarding {...GOOD} defaultValues={{ city: 'Alameda' }} />)
  expect(warn.mock.calls).toEqual([
    [
      '[astra] `defaultValues` have changed after the form had begun, and only the first count. Show the onboarding when they are there, or give it a `key` that changes with them.',
    ],
  ])
})

it('does not take a few other messages for a mistake, as when the language changes', async () => {
  const renders = [1, 2, 3].map(() => ({ ...GOOD, messages: {} }))
  expect(await said(...renders)).toEqual([])
})

it('says nothing of `open` where the host hears of changes', async () => {
  expect(await said({ ...GOOD, open: true, onOpenChange: noop })).toEqual([])
})

it('says nothing at all in production', async () => {
  vi.stubEnv('NODE_ENV', 'production')
  document.head.replaceChildren()
  expect(
    await said({ open: true, basePath: '/api/astra' }, { open: true, basePath: '/other/api/astra' }),
  ).toEqual([])
})

const UNMOUNTED = '[astra] The proxy did not answer. Check `basePath` and that the proxy is mounted there.'

it('says that the proxy does not answer, where nobody hears of errors', async () => {
  const props = { ...GOOD, basePath: '/not/mounted', onError: undefined }
  network.use(http.get('*/not/mounted/status', () => HttpResponse.html('<h1>Not here</h1>', { status: 404 })))
  expect(await said(props)).toEqual([expect.objectContaining({ message: UNMOUNTED })])
  warn.mockClear()
  const onError = vi.fn()
  expect(await said({ ...props, onError })).toEqual([])
  expect(onError).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ message: UNMOUNTED }))
})
