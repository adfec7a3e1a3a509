'use client'
import { useEffect, useRef } from 'react'
import type { ReactNode } from 'react'
import { useClassName, useSettings } from './settings.ts'

interface ScreenProps {
  title: string
  /** In front of the title, like "Step 2 of 4". */
  caption?: string | undefined
  mark?: MarkName
  children: ReactNode
}

/**
 * One screen. Its heading takes the focus when the screen appears in answer to what the person did, or in a dialog. A
 * page that loads with the widget on it, and whoever is somewhere else by now, keep theirs and hear of the screen.
 */
export function Screen({ title, caption, mark, children }: ScreenProps) {
  const { attention } = useSettings()
  const className = useClassName()
  const section = useRef<HTMLElement>(null)
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => attention.leadTo(section.current, heading.current, title), [attention, title])
  return (
    <section className={className('screen')} ref={section}>
      {mark && <Mark name={mark} />}
      <h2 className={className('title')} ref={heading} tabIndex={-1}>
        {caption && <span className={className('caption')}>{caption} </span>}
        {title}
      </h2>
      {children}
      <SupportLine />
    </section>
  )
}

/** What a screen is about, at a glance. */
export type MarkName = 'done' | 'waiting' | 'attention' | 'window' | 'phone' | 'document' | 'card'

/** Drawn on a square of 24 with lines of the text's colour. */
const LINES: Record<MarkName, string> = {
  done: 'M5 12l5 5L19 8',
  waiting: 'M12 7v5l3.5 2M12 3a9 9 0 1 1 0 18 9 9 0 0 1 0-18',
  attention: 'M12 7v6M12 16v.1M12 3a9 9 0 1 1 0 18 9 9 0 0 1 0-18',
  window: 'M14 4h6v6M20 4l-9 9M10 5H4v15h15v-6',
  phone: 'M7 3h10v18H7zM11 18h2',
  document: 'M4 6h16v12H4zM8 13a2 2 0 1 0 0-4 2 2 0 0 0 0 4M13 10h4M13 14h4M6 16h4',
  card: 'M4 6h16v12H4zM4 10h16M7 15h3',
}

/** Says nothing that the title does not say, so it is silent. */
function Mark({ name }: { name: MarkName }) {
  return (
    <svg className="astra-mark" viewBox="0 0 24 24" aria-hidden="true">
      <path d={LINES[name]} />
    </svg>
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

/** Where to get help, and the id to quote there: at the same place on every screen. */
function SupportLine() {
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
