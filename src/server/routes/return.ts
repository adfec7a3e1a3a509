import { REQUEST_HEADER, SIGNAL_CHANNEL } from '../../core/contract.ts'
import type { FlowSignal } from '../../core/contract.ts'
import { answerPage } from '../answer.ts'
import type { Route } from '../context.ts'

/**
 * `GET return`: the ready-made redirect URI. It decides nothing: its script strips the address, posts the parameters,
 * tells the other windows to look, and closes or goes on. A GET of it, however often, changes nothing.
 */
export const getReturn: Route = async () =>
  answerPage({
    title: 'Returning',
    body: '<h1 id="title">One moment…</h1><p id="text" role="status"></p>',
    script: SCRIPT,
  })

const signalType: FlowSignal['type'] = 'astra-onboarding'

// The address is stripped before the first request: that request would carry it as its referrer.
// The code stays in memory, so that a lost connection can come back.
const SCRIPT = `
(async () => {
  const query = location.search
  history.replaceState(history.state, '', location.pathname)
  const say = (title, text) => {
    document.getElementById('title').textContent = title
    document.getElementById('text').textContent = text
  }
  const post = () => fetch(location.pathname.replace(/return$/, 'flows/complete'), {
    method: 'POST', keepalive: true, credentials: 'same-origin',
    headers: { 'content-type': 'application/json', '${REQUEST_HEADER}': '1' },
    body: JSON.stringify({ query }),
  })
  const online = () => new Promise((resolve) => {
    addEventListener('online', resolve, { once: true })
    setTimeout(resolve, 5000)
  })
  let response = null
  for (let attempt = 0; attempt < 12 && !response; attempt++) {
    try { response = await post() } catch { say('Waiting for a connection…', 'Keep this window open.'); await online() }
  }
  const answer = response && response.ok ? await response.json().catch(() => null) : null
  if (!answer) {
    const status = response ? response.status : 0
    if (status === 404) say('This window does not know what you started', 'Go back to the browser and the app in which you began, and start again there.')
    else say('This did not work', 'Go back to the app and start again. Nothing was lost.')
    return
  }
  const signal = { type: '${signalType}', flow: answer.flow.id }
  try { if (window.opener) window.opener.postMessage(signal, location.origin) } catch {}
  try { const channel = new BroadcastChannel('${SIGNAL_CHANNEL}'); channel.postMessage(signal); channel.close() } catch {}
  if (answer.flow.presentation === 'redirect') { location.replace(answer.returnTo); return }
  window.close()
  setTimeout(() => {
    say('Done', 'You can close this window and go back to the app, or ')
    const link = document.createElement('a')
    link.href = answer.returnTo
    link.textContent = 'continue here'
    document.getElementById('text').append(link, '.')
  }, 300)
})()
`
