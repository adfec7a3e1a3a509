'use client'
import { lazy, Suspense, useEffect, useRef, useState } from 'react'
import type { ReactNode } from 'react'
import type { AstraOnboardingProps } from './AstraOnboarding.tsx'
import { isArrival } from './launch/arrival.ts'
import { openers } from './messages/button.ts'
import { useLocale } from './use-locale.ts'

/** Props of {@link AddDebitCardButton}: those of the onboarding it opens, and the button's own. */
export interface AddDebitCardButtonProps extends Omit<AstraOnboardingProps, 'launch' | 'onClose'> {
  /** The button's text. Default "Add debit card", in the language of `locale`. */
  children?: ReactNode
  className?: string
}

// The form and everything it needs are loaded when somebody wants them.
const loadOnboarding = () => import('./AstraOnboarding.tsx')
const LazyOnboarding = lazy(async () => ({ default: (await loadOnboarding()).AstraOnboarding }))

/**
 * A button that opens the onboarding in a dialog, and opens by itself after a redirect to Astra and back.
 *
 * @example
 * <AddDebitCardButton onComplete={refreshCards} supportUrl="/help" />
 */
export function AddDebitCardButton({ children, className, onComplete, ...props }: AddDebitCardButtonProps) {
  const locale = useLocale(props.locale)
  const texts = openers[locale]
  const own = props.messages?.opener
  const dialog = useRef<HTMLDialogElement>(null)
  const [isOpen, setOpen] = useState(false)

  useEffect(() => {
    if (isArrival(window.location.search)) setOpen(true)
  }, [])

  useEffect(() => {
    const element = dialog.current
    if (isOpen && element && !element.open) element.showModal()
  }, [isOpen])

  const prepare = () => void loadOnboarding().catch(() => {})
  return (
    <>
      <button
        type="button"
        className={className ?? 'astra-button astra-opener'}
        lang={locale}
        aria-haspopup="dialog"
        onPointerEnter={prepare}
        onFocus={prepare}
        onClick={() => setOpen(true)}
      >
        {children ?? own?.label ?? texts.label}
      </button>
      {isOpen && (
        <dialog
          ref={dialog}
          className="astra-dialog"
          aria-label={own?.dialog ?? texts.dialog}
          lang={locale}
          onClose={() => setOpen(false)}
        >
          <form method="dialog" className="astra-dialog-bar">
            <button className="astra-close" aria-label={own?.close ?? texts.close}>
              ×
            </button>
          </form>
          <Suspense fallback={<p role="status">{own?.loading ?? texts.loading}</p>}>
            <LazyOnboarding
              {...props}
              onComplete={() => onComplete?.()}
              onClose={() => dialog.current?.close()}
            />
          </Suspense>
        </dialog>
      )}
    </>
  )
}
