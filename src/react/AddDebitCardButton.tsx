'use client'
import { useEffect, useRef, useState } from 'react'
import type { FunctionComponent, ReactNode, SyntheticEvent } from 'react'
import type { AstraOnboardingProps } from './AstraOnboarding.tsx'
import { className as classNameOf } from './class-names.ts'
import { useChange } from './early-effects.ts'
import { exitReasonAt } from './events.ts'
import type { AstraOnboardingEvent } from './events.ts'
import { useReturnAhead } from './launch/use-return-ahead.ts'
import { openers } from './messages/button.ts'
import type { OpenerTexts } from './messages/button.ts'
import { withOverrides } from './messages/overrides.ts'
import type { ScreenName } from './screens.ts'
import { askAhead } from './status-ahead.ts'
import { useLocale } from './use-locale.ts'

/** Props of {@link AddDebitCardButton}: those of the onboarding it opens, and the button's own. */
export interface AddDebitCardButtonProps extends Omit<AstraOnboardingProps, 'launch'> {
  /** The button's text. Default "Add debit card", in the language of `locale`. */
  children?: ReactNode
  className?: string | undefined
}

/**
 * A button that opens the onboarding in a dialog, up to one more debit card. It opens by itself after a redirect to
 * Astra and back; with `open` and `onOpenChange` the host decides. What it opens is downloaded when somebody comes near.
 *
 * @example
 * <AddDebitCardButton onComplete={refreshCards} supportUrl="/help" />
 */
export function AddDebitCardButton(props: AddDebitCardButtonProps) {
  const { children, className, open, onOpenChange, goal = 'link-card', ...onboarding } = props
  const locale = useLocale(props.locale)
  const texts = withOverrides<OpenerTexts>(openers[locale], props.messages?.opener)
  const opener = useRef<HTMLButtonElement>(null)
  const wasOpen = useRef(false)
  const [isOpenByItself, setOpenByItself] = useState(false)
  const isOpen = open ?? isOpenByItself
  const setOpen = (next: boolean) => {
    setOpenByItself(next)
    onOpenChange?.(next)
  }
  useChange(isOpen, (next) => {
    // The dialog gives it back when it is closed; not when a host takes it away, nor where pressing a button does not
    // focus it, as in Safari, or where nobody has pressed one. What a host has focused meanwhile keeps it.
    if (!next && wasOpen.current && document.activeElement === document.body) opener.current?.focus()
    wasOpen.current = next
  })
  // Whoever has closed the dialog while a return was handed over finds it at the next press.
  const hasLeft = useRef(false)
  const onArrival = () => !isOpen && !hasLeft.current && setOpen(true)
  const isHandingOver = useReturnAhead({ ...onboarding, goal, onArrival })
  return (
    <>
      <button
        ref={opener}
        type="button"
        className={className ?? props.classNames?.opener ?? 'astra-opener astra-button'}
        lang={locale}
        aria-haspopup="dialog"
        aria-expanded={isOpen}
        onPointerEnter={loadAhead}
        onFocus={loadAhead}
        onClick={() => {
          // Safari does not by itself; the dialog then gives the focus back.
          opener.current?.focus()
          askAhead({ ...onboarding, goal })
          setOpen(true)
        }}
      >
        {children ?? (isOpen ? texts.busy : texts.label)}
      </button>
      {isOpen && (
        <OnboardingDialog
          {...onboarding}
          goal={goal}
          locale={locale}
          texts={texts}
          isHeld={isHandingOver}
          onClosed={() => {
            hasLeft.current = isHandingOver
            setOpen(false)
          }}
        />
      )}
    </>
  )
}

interface OnboardingDialogProps extends AstraOnboardingProps {
  texts: OpenerTexts
  /** There is nothing for the widget to see yet. */
  isHeld: boolean
  onClosed: () => void
}

function OnboardingDialog({
  texts,
  isHeld,
  onClosed,
  onExit,
  onEvent,
  ...onboarding
}: OnboardingDialogProps) {
  const { classNames = {}, onDirtyChange } = onboarding
  const dialog = useRef<HTMLDialogElement>(null)
  const screen = useRef<ScreenName>('loading')
  const isDirty = useRef(false)
  const [isLeaving, setLeaving] = useState(false)
  const { Onboarding, hasFailed, retry } = useOnboardingModule()
  const isLoading = !hasFailed && (isHeld || !Onboarding)

  useEffect(() => {
    const element = dialog.current
    if (element && !element.open) element.showModal()
  }, [])

  const hear = (event: AstraOnboardingEvent) => {
    // This dialog's end is told once, however it came.
    if (event.name === 'closed') return
    if (event.name === 'screen-viewed') screen.current = event.screen
    onEvent?.(event)
  }
  const noticeTyping = (next: boolean) => {
    isDirty.current = next
    // The form has gone, and with it what the question was about.
    if (!next) setLeaving(false)
    onDirtyChange?.(next)
  }
  const close = () => dialog.current?.close()
  const goBackTo = useRef<Element | null>(null)
  const ask = () => {
    if (!isLeaving) goBackTo.current = document.activeElement
    setLeaving(true)
  }
  const stay = () => {
    setLeaving(false)
    if (goBackTo.current instanceof HTMLElement) goBackTo.current.focus()
  }
  // A browser lets its dialog be kept open once; at the next Escape it asks nobody. So the key is taken before that.
  const askInstead = (event: SyntheticEvent) => {
    if (!isDirty.current) return
    event.preventDefault()
    ask()
  }
  const askOrClose = () => (isDirty.current ? ask() : close())
  return (
    <dialog
      ref={dialog}
      className={classNameOf(classNames, 'dialog')}
      aria-label={texts.dialog}
      lang={onboarding.locale}
      onKeyDown={(event) => {
        if (event.key === 'Escape') askInstead(event)
      }}
      onCancel={askInstead}
      onClose={() => {
        const reason = exitReasonAt(screen.current)
        onEvent?.({ name: 'closed', reason })
        onExit?.({ reason })
        onClosed()
      }}
    >
      <div className="astra-dialog-bar">
        <button
          type="button"
          className={classNameOf(classNames, 'close')}
          aria-label={texts.close}
          onClick={askOrClose}
        >
          ×
        </button>
      </div>
      {isLeaving && <Question texts={texts} classNames={classNames} stay={stay} leave={close} />}
      {Onboarding && !isHeld && (
        <Onboarding {...onboarding} onEvent={hear} onExit={close} onDirtyChange={noticeTyping} />
      )}
      {hasFailed && (
        <div className={classNameOf(classNames, 'notice', 'astra-dialog-notice')} role="alert">
          <p>{texts.notLoaded}</p>
          <button type="button" className={classNameOf(classNames, 'button')} onClick={retry}>
            {texts.tryAgain}
          </button>
        </div>
      )}
      {isLoading && <p role="status">{texts.loading}</p>}
    </dialog>
  )
}

interface QuestionProps {
  texts: OpenerTexts
  classNames: NonNullable<AstraOnboardingProps['classNames']>
  stay: () => void
  leave: () => void
}

/** Before what was typed is lost. */
function Question({ texts, classNames, stay, leave }: QuestionProps) {
  const first = useRef<HTMLButtonElement>(null)
  useEffect(() => first.current?.focus(), [])
  return (
    <div
      className={classNameOf(classNames, 'notice', 'astra-dialog-notice')}
      role="alertdialog"
      aria-label={texts.leave}
    >
      <p>{texts.leave}</p>
      <div className={classNameOf(classNames, 'actions')}>
        <button ref={first} type="button" className={classNameOf(classNames, 'button')} onClick={stay}>
          {texts.stay}
        </button>
        <button type="button" className={classNameOf(classNames, 'link')} onClick={leave}>
          {texts.discard}
        </button>
      </div>
    </div>
  )
}

const load = () => import('./AstraOnboarding.tsx')

/** Somebody comes near the button. A failure shows, if at all, when it is pressed. */
const loadAhead = () => void load().catch(() => {})

/** The widget, which is downloaded apart. `lazy` would throw a failed download at the host, and remember it for ever. */
function useOnboardingModule() {
  const [tries, setTries] = useState(1)
  const [outcome, setOutcome] = useState<FunctionComponent<AstraOnboardingProps> | 'failed' | null>(null)
  useEffect(() => {
    let isWanted = true
    load()
      .then(({ AstraOnboarding }) => isWanted && setOutcome(() => AstraOnboarding))
      .catch(() => isWanted && setOutcome('failed'))
    return () => {
      isWanted = false
    }
  }, [tries])
  const retry = () => {
    setOutcome(null)
    setTries((count) => count + 1)
  }
  return { Onboarding: outcome === 'failed' ? null : outcome, hasFailed: outcome === 'failed', retry }
}
