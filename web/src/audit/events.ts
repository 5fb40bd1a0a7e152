/** The events as the service tells them. */

import type { Readable } from 'openapi-typescript-helpers'
import type { Schemas } from '../api/service'

export type Event = Readable<Schemas['AuditEventRead']>
export type EventPage = Readable<Schemas['AuditEventPage']>
