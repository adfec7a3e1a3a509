import { openers } from '../react/messages/button.ts'
import { en } from '../react/messages/en.ts'
import type { Messages } from '../react/messages/en.ts'
import { es } from '../react/messages/es.ts'
import type { Locale } from '../react/messages/loading.ts'
import { withOverrides } from '../react/messages/overrides.ts'
import type { MessageOverrides } from '../react/messages/overrides.ts'
import type { ScreenName } from '../react/screens.ts'
import { exactly, startingWith } from './names.ts'
import { ROSA } from './person.ts'
import type { Person } from './person.ts'
import { SCREEN_TEXTS } from './screen-texts.ts'
import type { Surface } from './surface.ts'

/** The words that the widget uses: those of the same props of the widget. */
export interface OnboardingPageOptions {
  /** Default `en`. */
  locale?: Locale
  /** Sentences of your own. */
  messages?: MessageOverrides
}

/** A question of the form that is answered by typing. */
export type Question = keyof Omit<Person, 'dateOfBirth' | 'state'> | 'month' | 'day' | 'year'

/** The widget on a page, as a person uses it. */
export interface OnboardingPage {
  /** Waits for a screen. @throws Error that says what is shown instead */
  see(screen: ScreenName): Promise<void>
  /** Opens the dialog of `AddDebitCardButton`. @param label your own text of the button */
  addCard(label?: string): Promise<void>
  /**
   * Answers everything that is asked, page by page or on one page, and ends at the review, where it can be sent. What
   * is locked or not asked is passed over.
   *
   * @throws Error with the sentences of the form when an answer is refused
   */
  fillProfile(person?: Partial<Person>): Promise<void>
  /** The same, with these answers only: what your `defaultValues` have filled in stays. */
  completeProfile(answers: Partial<Person>): Promise<void>
  /** Waits for the question and types an answer in place of what is there; nothing where the answer is empty. */
  answer(question: Question, text: string): Promise<void>
  /** "Continue". */
  proceed(): Promise<void>
  /** "Send and continue", on the review. */
  send(): Promise<void>
  /** "Continue to Astra". */
  openAstra(): Promise<void>
  /** "Correct my details". */
  correct(): Promise<void>
}

/**
 * The widget, for tests in jsdom and in a real browser alike.
 *
 * @param surface `testingLibrary({ screen, waitFor, user })` or `playwright(page)`
 * @example
 * const onboarding = onboardingPage(playwright(page))
 * await onboarding.fillProfile()
 * await onboarding.send()
 * await onboarding.see('invitation/first-time')
 */
export function onboardingPage(surface: Surface, options: OnboardingPageOptions = {}): OnboardingPage {
  const { locale = 'en' } = options
  const language: Messages = locale === 'es' ? es : en
  const messages = withOverrides<Messages>(language, options.messages)
  const { steps, labels, dateParts } = messages

  const FORM_TITLES = [steps.intro.title, steps.about, steps.contact, steps.address, steps.review]

  const label = (name: string) => exactly(name, messages.optional(name))
  const labelOf = (question: Question) =>
    label(question in dateParts ? dateParts[question as 'day'] : labels[question as 'email'])
  const isAsked = async (name: RegExp) => (await surface.field(name)) === 'open'
  const answer = (question: Question, text: string) => surface.fill(labelOf(question), text)

  /** The title of the form's page, whatever stands in front of it; the page around may have headings of its own. */
  const pageTitle = async () => {
    const headings = await surface.headings(2)
    return FORM_TITLES.find((title) => headings.some((heading) => heading.trim().endsWith(title))) ?? null
  }

  async function isShown(screen: ScreenName): Promise<boolean> {
    const signs: { titles: readonly string[]; says?: string } = SCREEN_TEXTS[screen](messages)
    const headings = await surface.headings(2)
    const hasTitle =
      signs.titles.length === 0 ||
      headings.some((heading) => signs.titles.some((wanted) => heading.trim().endsWith(wanted)))
    return hasTitle && (signs.says === undefined || (await surface.text(startingWith(signs.says))) !== null)
  }

  async function fillPage({ dateOfBirth, state, ...texts }: Partial<Person>): Promise<void> {
    const [year, month, day] = dateOfBirth?.split('-') ?? []
    const answers = Object.entries({ ...texts, month, day, year }) as [Question, string | undefined][]
    for (const [question, text] of answers) {
      if (text !== undefined && (await isAsked(labelOf(question)))) await answer(question, text)
    }
    if (state !== undefined && (await isAsked(label(labels.state))))
      await surface.choose(label(labels.state), state)
  }

  async function turnPage(): Promise<void> {
    const before = await pageTitle()
    await surface.press(exactly(messages.continue))
    let isRefused = false
    const hasTurned = await surface.until(async () => {
      isRefused = (await surface.text(exactly(messages.summaryTitle))) !== null
      const title = await pageTitle()
      return isRefused || (title !== null && title !== before)
    })
    if (!hasTurned || isRefused) {
      throw new Error(
        `[astra] The form does not accept what was typed on "${before}". It says: ${await refusals()}.`,
      )
    }
  }

  async function completeProfile(person: Partial<Person>): Promise<void> {
    if (!(await surface.until(async () => (await pageTitle()) !== null))) {
      throw new Error(`[astra] The identity form is not shown. ${await shownInstead()}`)
    }
    while ((await pageTitle()) !== steps.review) {
      await fillPage(person)
      await turnPage()
    }
  }

  async function shownInstead(): Promise<string> {
    return `The page's headings are: "${(await surface.headings(2)).join('", "')}".`
  }

  async function refusals(): Promise<string> {
    const sentences: string[] = []
    const all = [messages.missingFirstName, messages.missingLastName, ...Object.values(messages.fieldErrors)]
    for (const sentence of all) if (await surface.text(exactly(sentence))) sentences.push(sentence)
    return sentences.join('. ')
  }

  return {
    see: async (screen) => {
      if (await surface.until(() => isShown(screen))) return
      throw new Error(`[astra] The screen "${screen}" is not shown. ${await shownInstead()}`)
    },
    addCard: (name = options.messages?.opener?.label ?? openers[locale].label) =>
      surface.press(exactly(name)),
    fillProfile: (changes = {}) => completeProfile({ ...ROSA, ...changes }),
    completeProfile,
    answer: async (question, text) => {
      // The page that asks it may be on its way.
      await surface.until(() => isAsked(labelOf(question)))
      await answer(question, text)
    },
    proceed: () => surface.press(exactly(messages.continue)),
    send: () => surface.press(exactly(messages.send)),
    openAstra: () => surface.press(exactly(messages.openAstra)),
    correct: () => surface.press(exactly(messages.correct)),
  }
}
