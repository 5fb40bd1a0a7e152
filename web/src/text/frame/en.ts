/** The words that all pages share, in English. The key list is zh-CN.ts's. */

import type { FrameTexts } from './zh-CN'

export const english: FrameTexts = {
  pages: {
    map: 'Map',
    planner: 'Division',
    files: 'Files',
    issues: 'Issues',
    office: 'Today',
    heat: 'Heat',
    patrol: 'Patrol (phone)',
    rounds: 'Rounds',
    report: 'Residents',
    people: 'People',
    audit: 'Audit',
  },
  opening: 'Opening…',
  navigation: 'Pages',
  openNavigation: 'Open the list of pages',
  toContent: 'Skip to the content',
  reading: 'Reading…',
  working: 'Working…',
  failed: 'This was not done. Please try again.',
  away: 'The service cannot be reached. Please try again.',
  retry: 'Retry',
  cancel: 'Cancel',
  notices: 'Messages',
  dismiss: 'Close the message',
  reason: 'Reason',
  reasonTooShort: (letters) => `Please give a reason of at least ${letters} letters.`,
  notLoggedIn: 'Please log in',
  notLoggedInBody: 'This page is for those who have logged in.',
  notForYou: 'This page is not among your duties',
  notForYouBody: (roles) => `It is for these roles: ${roles}. Should you need it, ask the administrator of your office.`,
  toMap: 'Back to the map',
  shares: (done, all) => `${done} of ${all} done`,
}
