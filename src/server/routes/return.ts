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
// The code stays in memory, so that a lost connection can come back. What is left for a reload is how it ended: without
// that, a page that is loaded again would report a second return, without parameters, and end another flow.
// A code without our state goes to the newest flow, which may be that of another window. So a window that the widget has
// opened, which its name tells, does not go on as a page would; an opener alone may be anybody's. Without one, cut off or
// closed, this window may be the only one there is.
// What opened this window is the page to go back to, whose origin the proxy has allowed; it may not be this one.
const SCRIPT = `
(async () => {
  const query = location.search
  const earlier = query ? null : history.state && history.state.astra
  const keep = (astra) => history.replaceState({ astra }, '', location.pathname)
  const say = (title, text) => {
    document.getElementById('title').textContent = title
    document.getElementById('text').textContent = text
  }
  const end = ({ flow, returnTo }) => {
    const signal = { type: '${signalType}', flow: flow.id }
    try { if (window.opener) window.opener.postMessage(signal, new URL(returnTo).origin) } catch {}
    try { const channel = new BroadcastChannel('${SIGNAL_CHANNEL}'); channel.postMessage(signal); channel.close() } catch {}
    const isPopup = window.opener && /^astra-[0-9]+$/.test(window.name)
    if (flow.presentation === 'redirect' && !isPopup) { location.replace(returnTo); return }
    window.close()
    setTimeout(() => {
      say('Done', 'You can close this window and go back to the app, or ')
      const link = document.createElement('a')
      link.href = returnTo
      link.textContent = 'continue here'
      document.getElementById('text').append(link, '.')
    }, 300)
  }
  if (earlier) {
    if (earlier.flow) end(earlier)
    else say('This window was loaded again', 'Go back to the app. It knows how far you are.')
    return
  }
  keep({})
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
  for (let attempt = 0; attempt < 12; attempt++) {
    response = await post().catch(() => null)
    if (response && response.status !== 429 && response.status < 500) break
    if (response) say('One moment…', 'The app is not answering. Keep this window open.')
    else say('Waiting for a connection…', 'Keep this window open.')
    await online()
  }
  const answer = response && response.ok ? await response.json().catch(() => null) : null
  if (!answer) {
    const status = response ? response.status : 0
    if (status === 404) say('This window does not know what you started', 'Go back to the browser and the app in which you began, and start again there.')
    else say('This did not work', 'Go back to the app and start again. Nothing was lost.')
    return
  }
  keep(answer)
  end(answer)
})()
`
