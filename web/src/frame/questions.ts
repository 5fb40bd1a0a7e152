/** One question at a time to the reader, in a dialog: yes or no, or a reason in words. */

import { shallowRef } from 'vue'

export interface Question {
  readonly title: string
  readonly body?: string
  /** The words on the button that goes on. */
  readonly act: string
  /** What cannot be taken back is shown in the colour of alarm. */
  readonly grave?: boolean
  /** Where a text is asked for: its label, and how many letters it needs at least. */
  readonly text?: { readonly label: string; readonly shortest: number }
}

export interface Asked extends Question {
  settle(answer: string | null): void
}

export function openQuestions() {
  const question = shallowRef<Asked | null>(null)

  function put(wanted: Question): Promise<string | null> {
    question.value?.settle(null)
    return new Promise((resolve) => {
      question.value = {
        ...wanted,
        settle(answer) {
          question.value = null
          resolve(answer)
        },
      }
    })
  }

  return {
    question,
    /** Whether the reader goes on. */
    confirm: async (wanted: Question) => (await put(wanted)) !== null,
    /** What the reader wrote, or null where they would rather not. */
    askText: (wanted: Question & Required<Pick<Question, 'text'>>) => put(wanted),
  }
}
