import { QueryClient, QueryClientProvider, useQuery } from '@tanstack/react-query'
import { act, render, screen, waitFor } from '@testing-library/react'
import type { ReactNode } from 'react'
import { expect, it, vi } from 'vitest'
import { AstraGate, AstraOnboarding } from '../../src/react/index.ts'
import { createPage, findScreen, stopTime, theScreen } from '../support/widget.tsx'

/** Of a host that wants everything else than the widget does. */
function hostileClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        retry: 5,
        retryDelay: 60_000,
        staleTime: Infinity,
        gcTime: Infinity,
        refetchOnMount: false,
        refetchOnWindowFocus: 'always',
        refetchInterval: 10,
        networkMode: 'offlineFirst',
        enabled: false,
        throwOnError: true,
        select: () => 'of the host',
        placeholderData: 'of the host',
        retryOnMount: false,
        persister: () => 'of the host',
      },
    },
  })
}

function HostsBalance() {
  const { data } = useQuery({ queryKey: ['balance'], select: (text: string) => text, placeholderData: '' })
  return <p>{data}</p>
}

function show(queryClient: QueryClient, widget: ReactNode) {
  queryClient.setQueryData(['balance'], '12 dollars')
  return render(
    <QueryClientProvider client={queryClient}>
      <HostsBalance />
      {widget}
    </QueryClientProvider>,
  )
}

it.each([
  ['inside the provider of a host with other defaults', false],
  ['with the client of a host with other defaults', true],
])('goes from an outage to the end %s', async (_, isGiven) => {
  const page = createPage()
  await page.browser('customer-1').submit()
  page.answerNext('GET /status', null)
  const queryClient = hostileClient()
  show(queryClient, <AstraOnboarding {...(isGiven && { queryClient })} />)
  expect(await findScreen('This does not work just now')).toBeVisible()
  page.lookAgain()
  await page.user.click(await screen.findByRole('button', { name: 'Continue to Astra' }))
  await findScreen('Finish in the other window')
  await page.finishPopup()
  page.lookAgain()
  expect(await findScreen('All set')).toBeVisible()
  expect(screen.getByText('12 dollars')).toBeVisible()
})

it('asks anew at every mount, whatever the host keeps fresh for ever', async () => {
  const page = createPage()
  const queryClient = hostileClient()
  const { unmount } = render(<AstraGate queryClient={queryClient}>Ready</AstraGate>)
  await findScreen('Set up instant transfers')
  unmount()
  await page.browser('customer-1').onboard()
  render(<AstraGate queryClient={queryClient}>Ready</AstraGate>)
  expect(await screen.findByText('Ready')).toBeVisible()
})

it("leaves the host's client as it was when it goes", async () => {
  const page = createPage()
  const queryClient = hostileClient()
  const { rerender } = show(queryClient, <AstraOnboarding queryClient={queryClient} />)
  await findScreen('Set up instant transfers')
  const [clear, dismount] = [vi.spyOn(queryClient, 'clear'), vi.spyOn(queryClient, 'unmount')]
  const keys = () =>
    queryClient
      .getQueryCache()
      .findAll()
      .map(({ queryKey }) => queryKey[0])
  expect(keys()).toContain('astra-onboarding')
  rerender(
    <QueryClientProvider client={queryClient}>
      <HostsBalance />
    </QueryClientProvider>,
  )
  await waitFor(() => expect(keys()).toEqual(['balance']))
  await page.settle()
  expect(screen.getByText('12 dollars')).toBeVisible()
  expect(queryClient.isFetching()).toBe(0)
  for (const spy of [clear, dismount]) expect(spy).not.toHaveBeenCalled()
})

it('asks again within a minute when the host has cancelled the first read with all of its own', async () => {
  const page = createPage()
  stopTime()
  const queryClient = new QueryClient()
  const release = page.hold('GET /status')
  render(<AstraOnboarding queryClient={queryClient} />)
  await act(() => vi.advanceTimersByTimeAsync(100))
  await act(() => queryClient.cancelQueries())
  release()
  await page.settle()
  expect(screen.getByText('Loading…')).toBeVisible()
  await page.pass(60_000)
  await page.pass(1_000)
  expect(theScreen('Set up instant transfers')).toBeVisible()
})
