import { SECTIONS, sectionOf } from './form-values.ts'
import type { Section } from './form-values.ts'
import type { ProfileField } from '../core/profile.ts'

/** Short pages that ask a few things each, or one that asks all. Both end with a review. */
export type FormLayout = 'steps' | 'single'

/** A page of the form. `intro` asks nothing; `details` is the one page of the layout `single`. */
export type FormPage = 'intro' | Section | 'details' | 'review'

/** The pages in order. Whoever corrects what was sent before needs no introduction. */
export function pagesOf(layout: FormLayout, isCorrection: boolean): readonly FormPage[] {
  if (layout === 'single') return ['details', 'review']
  return [...(isCorrection ? [] : (['intro'] as const)), ...SECTIONS, 'review']
}

/** What a page asks. */
export function sectionsOf(page: FormPage): readonly Section[] {
  if (page === 'details') return SECTIONS
  return page === 'intro' || page === 'review' ? [] : [page]
}

/** Where a field is asked. */
export function pageOf(field: ProfileField, layout: FormLayout): FormPage {
  return layout === 'single' ? 'details' : sectionOf(field)
}
