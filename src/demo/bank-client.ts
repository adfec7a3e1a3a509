import type { DemoAuthorization, DemoCard, DemoEvent, DemoSession } from './people.ts'

/** Calls to the bank's own backend. */
export const bankClient = {
  session: () => call<DemoSession | null>('GET', '/demo/session'),
  signIn: (person: string) => call<DemoSession>('POST', '/demo/session', { person }),
  cards: () => call<DemoCard[]>('GET', '/demo/cards'),
  authorization: () => call<DemoAuthorization>('GET', '/demo/authorization'),
  trigger: (event: DemoEvent) => call<DemoAuthorization>('POST', '/demo/event', { event }),
}

async function call<T>(method: string, path: string, body?: unknown): Promise<T> {
  const response = await fetch(path, {
    method,
    ...(body !== undefined && {
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }),
  })
  return response.json() as Promise<T>
}
