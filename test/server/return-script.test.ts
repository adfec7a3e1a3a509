import { runInNewContext } from 'node:vm'
import { expect, it, vi } from 'vitest'
import { openBlankPopup } from '../../src/react/launch/popup.ts'
import { createHarness, ORIGIN } from '../support/harness.ts'

const CODE = 'c0de-of-astra'

/** Runs the script of the ready-made return page in a window of which everything is written down, in order. */
async function arrive(
  answers: (number | object | 'offline')[],
  query = `?code=${CODE}&state=astra.x.y`,
  state: object | null = null,
  own: { name?: string; opener?: null } = {},
) {
  const page = await (await createHarness().browser().request('GET', '/return')).text()
  const script = /<script>([^]*)<\/script>/.exec(page)?.[1] ?? ''
  const done: [what: string, ...details: unknown[]][] = []
  const address = { search: query, pathname: '/api/astra/return', origin: ORIGIN }
  const note =
    (what: string) =>
    (...details: unknown[]) =>
      void done.push([what, ...details])
  const window = {
    opener: { postMessage: note('post') },
    close: note('close'),
    name: '',
    ...own,
  }
  runInNewContext(script, {
    window,
    location: { ...address, replace: note('go') },
    history: { state, replaceState: note('strip') },
    document: {
      getElementById: () => ({ append: note('append') }),
      createElement: () => ({}),
    },
    fetch: async (url: string, init: { body: string }) => {
      note('fetch')(url, JSON.parse(init.body))
      const answer = answers.shift()
      if (answer === undefined || answer === 'offline') throw new TypeError('offline')
      return typeof answer === 'number' ? Response.json({}, { status: answer }) : Response.json(answer)
    },
    BroadcastChannel: class {
      postMessage = note('broadcast')
      close() {}
    },
    addEventListener: (_: string, back: () => void) => back(),
    setTimeout: () => {},
    URL,
  })
  await new Promise((resolve) => setTimeout(resolve, 20))
  return done
}

const answer = (presentation: string) => ({ flow: { id: 'f', presentation }, returnTo: `${ORIGIN}/cards` })

it('strips the address before its first request, which would carry it as its referrer', async () => {
  const done = await arrive([answer('popup')])
  expect(done.slice(0, 2)).toEqual([
    ['strip', { astra: {} }, '', '/api/astra/return'],
    ['fetch', '/api/astra/flows/complete', { query: `?code=${CODE}&state=astra.x.y` }],
  ])
})

it('tells other windows to look, with neither code nor verdict, and the origin of the app alone', async () => {
  const done = await arrive([answer('popup')])
  const signal = { type: 'astra-onboarding', flow: 'f' }
  expect(done.slice(3)).toEqual([['post', signal, ORIGIN], ['broadcast', signal], ['close']])
})

it('tells the window that opened it where the app has an origin of its own', async () => {
  const elsewhere = { ...answer('popup'), returnTo: 'https://app.example/cards?astra_flow=f' }
  const posts = (await arrive([elsewhere])).filter(([what]) => what === 'post')
  expect(posts).toEqual([['post', { type: 'astra-onboarding', flow: 'f' }, 'https://app.example']])
})

it('goes where the proxy says, whatever the address asks for', async () => {
  const query = `?code=${CODE}&returnTo=https://evil.example/&next=//evil.example&redirect_uri=javascript:alert(1)`
  const done = await arrive([answer('redirect')], query)
  expect(done.filter(([what]) => what === 'go')).toEqual([['go', `${ORIGIN}/cards`]])
  expect(await arrive([404], query)).not.toContainEqual(expect.arrayContaining(['go']))
})

/** What the widget calls the window that it opens. */
function nameOfPopup(): string {
  let name = ''
  vi.stubGlobal('window', { open: (_: string, given: string) => void (name = given) })
  vi.stubGlobal('screen', {})
  openBlankPopup('')
  vi.unstubAllGlobals()
  return name
}

it('does not load the page into the widget’s own window, though the code was taken for a newer redirect', async () => {
  const done = await arrive([answer('redirect')], '?code=x', null, { name: nameOfPopup() })
  expect(done.map(([what]) => what).slice(3)).toEqual(['post', 'broadcast', 'close'])
})

it.each([
  ['a page that another one has opened', { name: 'astra-bank' }],
  ['a window of ours whose page is gone', { name: nameOfPopup(), opener: null }],
])('goes on in %s', async (_, own) => {
  const done = await arrive([answer('redirect')], '?code=x', null, own)
  expect(done.at(-1)).toEqual(['go', `${ORIGIN}/cards`])
  expect(done).not.toContainEqual(['close'])
})

it('keeps the code for a connection that comes back, and sends it no more once there is an answer', async () => {
  const posts = async (answers: (number | object | 'offline')[]) =>
    (await arrive(answers)).filter(([what]) => what === 'fetch').length
  expect(await posts(['offline', 'offline', answer('popup')])).toBe(3)
  expect(await posts([502, 429, answer('popup')])).toBe(3)
  expect(await posts([403, answer('popup')])).toBe(1)
  expect(await posts([])).toBe(12)
})

it('says the same when it is loaded again, and reports no second return', async () => {
  const [, , kept = []] = await arrive([answer('popup')])
  const [what, state] = kept as [string, object]
  expect([what, state]).toEqual(['strip', { astra: answer('popup') }])
  expect(JSON.stringify(state)).not.toContain(CODE)
  const again = await arrive([], '', state)
  expect(again.map(([name]) => name)).toEqual(['post', 'broadcast', 'close'])
})

it('sends nobody back into the app by a return that was cut off and loaded again', async () => {
  expect(await arrive([answer('popup')], '', { astra: {} })).toEqual([])
})

it('takes a second return in the same window for a new one', async () => {
  const done = await arrive([answer('popup')], '?code=another', { astra: answer('popup') })
  expect(done.filter(([what]) => what === 'fetch')).toHaveLength(1)
})
