import { useEffect, useRef } from 'react'

/** The props that are easily got wrong. */
interface Props {
  basePath?: string | undefined
  queryClient?: object | undefined
  open?: boolean | undefined
  onOpenChange?: ((open: boolean) => void) | undefined
  messages?: object | undefined
  locale?: string | undefined
  defaultValues?: object | undefined
  supportUrl?: string | undefined
  privacyUrl?: string | undefined
  termsUrl?: string | undefined
}

const said = new Set<string>()

/** Says once, in development only, what is wrong and how to mend it. */
function warn(text: string): void {
  if (said.has(text)) return
  said.add(text)
  console.warn(`[astra] ${text}`)
}

/** How often an object may change before it looks like one that is made anew on every render. */
const CHANGES_IN_A_ROW = 5

/** Tells engineers, in development, of props that will not do what they expect. */
export function useMisuseWarnings(props: Props, isShown: boolean): void {
  // The same on every render: the build decides. A function that is left empty goes, and its calls with it.
  if (process.env['NODE_ENV'] !== 'production') useWarnings(props, isShown)
}

function useWarnings(props: Props, isShown: boolean): void {
  const first = useRef(props)
  const changes = useRef({ latest: props.messages, inARow: 0 })
  const defaults = JSON.stringify(props.defaultValues)
  const latestDefaults = useRef(defaults)
  // Of before this render: one that comes with it has them.
  const isFormThere = typeof document !== 'undefined' && document.querySelector('.astra-onboarding form')
  useEffect(() => {
    warnOfMissing(props)
    warnOfLocale(props)
    if (isFormThere && defaults !== latestDefaults.current)
      warn(
        '`defaultValues` have changed after the form had begun, and only the first count. Show the onboarding when they are there, or give it a `key` that changes with them.',
      )
    latestDefaults.current = defaults
    for (const name of ['basePath', 'queryClient'] as const) {
      if (props[name] !== first.current[name])
        warn(
          `\`${name}\` has changed while the onboarding was mounted, and what was under way is lost. Give the component a \`key\` that changes with it.`,
        )
    }
    if (props.open !== undefined && !props.onOpenChange)
      warn(
        '`open` is set without `onOpenChange`, so the onboarding cannot show or hide by itself. Set both, or leave both out.',
      )
    if (props.messages === changes.current.latest) return
    const inARow = changes.current.inARow + 1
    changes.current = { latest: props.messages, inARow }
    if (inARow >= CHANGES_IN_A_ROW)
      warn('`messages` is another object on every render. Keep it outside the component, or in useMemo.')
  })
  useStyleWarning(isShown)
}

function warnOfMissing({ supportUrl, privacyUrl, termsUrl }: Props): void {
  if (!supportUrl)
    warn(
      '`supportUrl` is missing: whoever is rejected, suspended or stuck is told to ask support, and not where. Set it to your help page.',
    )
  if (!privacyUrl || !termsUrl)
    warn('`privacyUrl` and `termsUrl` belong beside the button that sends the profile. Set both.')
}

function warnOfLocale({ locale }: Props): void {
  if (locale !== undefined && locale !== 'en' && locale !== 'es')
    warn(
      `\`locale\` is "${locale}", and the onboarding speaks "en" and "es". Set one of them, or leave it out to follow the document's \`lang\`.`,
    )
}

/** The sheet sets it, from the host's token or by itself. */
const TOKEN = '--_accent'

function useStyleWarning(isShown: boolean): void {
  useEffect(() => {
    const root = document.querySelector('.astra-onboarding')
    // Where there is no style engine, as in some test environments, nothing can be said.
    if (!root || !('CSSLayerBlockRule' in globalThis)) return
    if (getComputedStyle(root).getPropertyValue(TOKEN) === '')
      warn("The style sheet is missing. Add `import 'astra-onboarding/styles.css'` once to your app.")
  }, [isShown])
}
