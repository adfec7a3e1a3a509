'use client'
import { useEffect, useRef } from 'react'
import type { ReactNode } from 'react'
import { Mark } from './Mark.tsx'
import type { MarkName } from './Mark.tsx'
import { useClassName, useSettings } from './settings.ts'

interface ScreenProps {
  title: string
  /** In front of the title, like "Step 2 of 4". */
  caption?: string | undefined
  mark?: MarkName
  children: ReactNode
}

/**
 * One screen. Its heading takes the focus when the screen appears in answer to what the person did, or in a dialog;
 * a page that loads with the widget on it keeps its own focus.
 */
export function Screen({ title, caption, mark, children }: ScreenProps) {
  const { hasActed } = useSettings()
  const className = useClassName()
  const section = useRef<HTMLElement>(null)
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    const isWanted = hasActed.current || section.current?.closest('dialog')
    // An error summary inside has taken the focus already, and says more.
    if (isWanted && !section.current?.contains(document.activeElement)) heading.current?.focus()
  }, [hasActed, title])
  return (
    <section className={className('screen')} ref={section}>
      {mark && <Mark name={mark} />}
      <h2 className={className('title')} ref={heading} tabIndex={-1}>
        {caption && <span className={className('caption')}>{caption} </span>}
        {title}
      </h2>
      {children}
    </section>
  )
}

/** Something that went wrong or has to be known, above a screen's own text. */
export function Notice({ children }: { children: ReactNode }) {
  const className = useClassName()
  return (
    <div className={className('notice')} role="alert">
      {children}
    </div>
  )
}

interface OutsideLinkProps {
  /** Where the host has given none, there is no link. */
  href: string | undefined
  children: ReactNode
}

/** Leads to a page of the host's, in a new tab: what was typed stays. */
export function OutsideLink({ href, children }: OutsideLinkProps) {
  const className = useClassName()
  return (
    href && (
      <a className={className('link')} href={href} target="_blank" rel="noreferrer">
        {children}
      </a>
    )
  )
}

/** Where to get help, and the id to quote there. */
export function SupportLine() {
  const { messages, links, reference } = useSettings()
  const className = useClassName()
  if (!links.support && !reference) return null
  return (
    <p className={className('support')}>
      <OutsideLink href={links.support}>{messages.support}</OutsideLink>
      {reference && <span>{messages.reference(reference)}</span>}
    </p>
  )
}

interface MainButtonProps {
  /** Without it the button sends the form that it is in. */
  onClick?: () => void
  /** Pressed already; stays where it is, so that the focus does too. */
  isBusy?: boolean
  children: ReactNode
}

/** The one thing to do on a screen. */
export function MainButton({ onClick, isBusy = false, children }: MainButtonProps) {
  const className = useClassName()
  return (
    <button
      type={onClick ? 'button' : 'submit'}
      className={className('button')}
      aria-disabled={isBusy}
      onClick={() => isBusy || onClick?.()}
    >
      {children}
    </button>
  )
}

interface LinkButtonProps {
  onClick: () => void
  /** As of the {@link MainButton}. */
  isBusy?: boolean
  children: ReactNode
}

/** What else can be done. */
export function LinkButton({ onClick, isBusy = false, children }: LinkButtonProps) {
  const className = useClassName()
  return (
    <button
      type="button"
      className={className('link')}
      aria-disabled={isBusy || undefined}
      onClick={() => isBusy || onClick()}
    >
      {children}
    </button>
  )
}

/** A row of what can be done. */
export function Actions({ children }: { children: ReactNode }) {
  return <div className={useClassName()('actions')}>{children}</div>
}

/** A sentence. `isStatus`: read out when it changes. */
export function Text({ isStatus = false, children }: { isStatus?: boolean; children: ReactNode }) {
  return (
    <p className={useClassName()('text')} role={isStatus ? 'status' : undefined}>
      {children}
    </p>
  )
}
