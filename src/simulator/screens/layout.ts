import { html } from './html.ts'
import type { Markup } from './html.ts'

const STYLE = `
:root{color-scheme:light dark;--ink:#14213d;--soft:#5b6478;--line:#c9cfdb;--paper:#fff;--back:#eef1f7;--accent:#4338ca;--accent-ink:#fff;--note:#fff7d6;--note-ink:#5c4400}
@media (prefers-color-scheme:dark){:root{--ink:#eef1f8;--soft:#a9b2c6;--line:#47506a;--paper:#171c2b;--back:#0c101b;--accent:#a5b4fc;--accent-ink:#10142b;--note:#3a3112;--note-ink:#ffe9a6}}
*{box-sizing:border-box}body{margin:0;background:var(--back);color:var(--ink);font:16px/1.5 system-ui,sans-serif}
.note{background:var(--note);color:var(--note-ink);text-align:center;padding:.5rem 1rem;font-size:.875rem}
main{max-width:27rem;margin:2rem auto;padding:2rem 1.5rem;background:var(--paper);border-radius:1rem;border:1px solid var(--line)}
@media (max-width:30rem){main{max-width:none;margin:0;border:0;border-radius:0;min-height:90vh}}
.brand{font-weight:700;letter-spacing:.02em;color:var(--accent);margin:0 0 1.5rem}
h1{font-size:1.5rem;line-height:1.25;margin:0 0 .75rem}p{margin:0 0 1rem}
label{display:block;font-weight:600;margin:1rem 0 .25rem}
input[type=text],input[type=tel],input[type=file]{width:100%;min-height:2.75rem;padding:.5rem .75rem;font:inherit;color:inherit;background:transparent;border:1px solid var(--soft);border-radius:.5rem}
input[readonly]{background:var(--back)}
button{width:100%;min-height:2.75rem;margin-top:1.25rem;padding:.5rem 1rem;font:inherit;font-weight:600;border-radius:.5rem;border:1px solid var(--accent);background:var(--accent);color:var(--accent-ink);cursor:pointer}
button.quiet{background:transparent;color:var(--accent);margin-top:.75rem}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
.sms{border:1px dashed var(--soft);border-radius:.75rem;padding:.75rem 1rem;margin:0 0 1rem;font-size:.95rem}
.sms strong{font-size:1.25rem;letter-spacing:.15em}.error{border-left:4px solid #d4351c;padding-left:.75rem;overflow-wrap:anywhere}
ul{padding-left:1.25rem}
`

/** A page of the hosted module. Plain HTML: no script, nothing to wait for. */
export function page(title: string, body: Markup, status = 200): Response {
  const document = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title} – Astra simulator</title>
        <style>
          ${{ markup: STYLE }}
        </style>
      </head>
      <body>
        <header class="note">
          Simulator of Astra. Nothing here is real, and nothing leaves this computer.
        </header>
        <main>
          <p class="brand">Astra</p>
          <h1>${title}</h1>
          ${body}
        </main>
      </body>
    </html>`
  return new Response(document.markup, {
    status,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
    },
  })
}
