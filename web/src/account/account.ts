/**
 * Who is at the desk: asked when the page opens, and again when the service says that it no longer knows.
 *
 * Somebody else at the same desk gets a fresh page: nothing that one person was shown may stay for the next.
 */

import { computed, inject, ref, shallowRef, type InjectionKey } from 'vue'
import type { Door, Line } from '../api/line'
import { answer, done, type Schemas, type Trouble } from '../api/service'
import type { Readable } from 'openapi-typescript-helpers'
import type { Result } from '../core/result'

export type Me = Readable<Schemas['MeRead']>
export type Post = Readable<Schemas['PostRead']>
export type Role = Me['roles'][number]
export type Demo = Readable<Schemas['DemoRead']>
export type Device = Readable<Schemas['DeviceRead']>
export type Token = Readable<Schemas['TokenRead']>
export type NewToken = Readable<Schemas['TokenMade']>
export type SecondFactor = Readable<Schemas['TotpRead']>

export interface Proof {
  readonly login: string
  readonly password: string
  readonly code: string
}

export type Account = ReturnType<typeof openAccount>
export const ACCOUNT: InjectionKey<Account> = Symbol('account')

export function useAccount(): Account {
  const account = inject(ACCOUNT)
  if (!account) throw new Error('A component of the account stands outside the page.')
  return account
}

/** Who is known to be here, and who waits at the door: the part that the line needs before there is a line. */
export function openDoor() {
  const me = shallowRef<Me | null>(null)
  /** The log-in sheet is open. */
  const asking = ref(false)
  /** The reader has put the log-in sheet away; it is not pressed on them again. */
  const declined = ref(false)
  let waiting: ((returned: boolean) => void)[] = []
  const member = computed(() => (me.value && !me.value.visitor ? me.value : null))

  const door: Door = {
    word: () => me.value?.csrf ?? '',
    returned() {
      if (!declined.value) asking.value = true
      if (!member.value || !asking.value) return Promise.resolve(false)
      return new Promise((resolve) => waiting.push(resolve))
    },
  }

  /** Shut the log-in sheet and let those who wait go on, or give up. */
  function settle(returned: boolean): void {
    asking.value = false
    declined.value = !returned
    const freed = waiting
    waiting = []
    for (const resolve of freed) resolve(returned)
  }

  return { me, member, asking, door, settle }
}

/** `reopen` opens the page afresh for somebody else. */
export function openAccount(line: Line, entrance: ReturnType<typeof openDoor>, reopen: () => void) {
  const { me, member, asking, settle } = entrance

  /** Whether it has been told yet who is here, be it nobody. */
  const known = ref(false)

  async function readMe(): Promise<void> {
    const found = await answer(() => line.GET('/api/me'))
    if (found.ok) me.value = found.value
    known.value = true
  }

  /**
   * Look who is here now: another window of this browser may have let somebody else in, or the session may have ended.
   * Tells whether the one who was here still is, if need be after logging in again.
   */
  let looking: Promise<boolean> | null = null
  function lookAgain(): Promise<boolean> {
    looking ??= look().finally(() => (looking = null))
    return looking
  }

  async function look(): Promise<boolean> {
    const before = me.value?.login
    if (before === undefined) return false
    await readMe()
    if (me.value?.login !== before) reopen()
    return me.value?.login === before
  }

  async function logIn(proof: Proof): Promise<Result<true, Trouble>> {
    const before = member.value?.login
    const told = await done(() => line.POST('/api/session', { body: { ...proof } }))
    if (!told.ok) return told
    await readMe()
    if (before !== undefined && me.value?.login === before) settle(true)
    else reopen()
    return told
  }

  async function logOut(): Promise<Result<true, Trouble>> {
    const told = await done(() => line.DELETE('/api/session'))
    if (told.ok) {
      history.replaceState(null, '', location.pathname)
      reopen()
    }
    return told
  }

  /** Not logging in: a visitor looks on; somebody whose session has ended leaves nothing behind. */
  function leave(): void {
    if (member.value) reopen()
    else settle(false)
  }

  return {
    ...{ me, member, known, asking, readMe, lookAgain, logIn, logOut, leave, reopen },
    ask: () => (asking.value = true),
    oidc: () => answer(() => line.GET('/api/oidc')),
    demos: () => answer(() => line.GET('/api/demo')),
    devices: () => answer(() => line.GET('/api/me/sessions')),
    endDevice: (id: string) =>
      done(() => line.DELETE('/api/me/sessions/{session_id}', { params: { path: { session_id: id } } })),
    changePassword: (old: string, new_: string) => done(() => line.PUT('/api/me/password', { body: { old, new: new_ } })),
    offerSecondFactor: () => answer(() => line.POST('/api/me/totp')),
    setSecondFactor: (secret: string, code: string) => done(() => line.PUT('/api/me/totp', { body: { secret, code } })),
    dropSecondFactor: (password: string) => done(() => line.DELETE('/api/me/totp', { body: { password } })),
    tokens: () => answer(() => line.GET('/api/me/tokens')),
    makeToken: (wanted: Schemas['TokenCreate']) => answer(() => line.POST('/api/me/tokens', { body: wanted })),
    endToken: (id: string) =>
      done(() => line.DELETE('/api/me/tokens/{token_id}', { params: { path: { token_id: id } } })),
  }
}
