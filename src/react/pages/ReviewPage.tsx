'use client'
import { useEffect, useRef } from 'react'
import { MASKED } from '../fields/masked.ts'
import { Actions, LinkButton, MainButton, OutsideLink, Screen, Text } from '../Screen.tsx'
import { useClassName, useSettings } from '../settings.ts'
import type { ProfileFormModel } from '../use-profile-form.ts'

interface ReviewPageProps {
  form: ProfileFormModel
  caption: string | undefined
  /** The last creation ended without an answer. */
  creationUnknown: boolean
}

/** Everything once more before it is sent: a user intent cannot be changed afterwards. */
export function ReviewPage({ form, caption, creationUnknown }: ReviewPageProps) {
  const { messages, links } = useSettings()
  const { failure, isSending, back, change } = form
  const code = failure?.error.code
  const className = useClassName()
  const notice = useRef<HTMLDivElement>(null)
  // The button that was pressed is at the end of a long page.
  useEffect(() => notice.current?.focus(), [failure])
  return (
    <Screen title={messages.steps.review} caption={caption}>
      {failure && (
        <div className={className('notice')} role="alert" tabIndex={-1} ref={notice}>
          <Text>
            {code === 'intent_outcome_unknown' || (creationUnknown && code === 'proxy_unreachable')
              ? messages.creationUnknown
              : messages.trouble[failure.error.userMessage]}
          </Text>
          {failure.hadSsn && <Text>{messages.ssnAgain}</Text>}
        </div>
      )}
      {form.answers().map(({ section, answers }) => (
        <section key={section} className={className('review')}>
          <h3 className="astra-subtitle">{messages.steps[section]}</h3>
          <LinkButton onClick={() => change(section)}>
            {messages.change} <span className="astra-hidden">{messages.steps[section]}</span>
          </LinkButton>
          <dl {...MASKED} className={`astra-answers ${MASKED.className}`}>
            {answers.map(({ field, label, text }) => (
              <div key={field} className="astra-answer">
                <dt>{label}</dt>
                <dd>
                  <bdi>{text}</bdi>
                </dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
      <Text>{messages.reviewText}</Text>
      <Actions>
        <OutsideLink href={links.privacy}>{messages.privacy}</OutsideLink>
        <OutsideLink href={links.terms}>{messages.terms}</OutsideLink>
      </Actions>
      <Actions>
        <MainButton isBusy={isSending}>{isSending ? messages.sending : messages.send}</MainButton>
        {back && <LinkButton onClick={back}>{messages.back}</LinkButton>}
      </Actions>
    </Screen>
  )
}
