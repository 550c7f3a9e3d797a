import type { EventName, LlmCache } from '@cached-llm/core';

/** A table, so that the compiler reports an event that is missing here. */
const EVENTS: Readonly<Record<EventName, true>> = {
  hit: true,
  stale: true,
  miss: true,
  'replay-miss': true,
  'volatile-field': true,
  collapsed: true,
  batch: true,
  bypass: true,
  stored: true,
  'not-admitted': true,
  'call-failed': true,
  'call-saved': true,
  'store-error': true,
  'breaker-open': true,
  'breaker-closed': true,
};

/** The names of all events that a cache emits. */
export const EVENT_NAMES = Object.keys(EVENTS) as readonly EventName[]; // the table has no other keys

/** What a cache has emitted so far; each list is live. */
export interface EventLog {
  readonly events: object[];
  /** The names of the events. */
  readonly story: string[];
  /** Why answers were not stored, or calls bypassed the cache. */
  readonly reasons: string[];
}

/** Records all events of a cache from now on. */
export function eventLog(cache: LlmCache): EventLog {
  const log: EventLog = { events: [], story: [], reasons: [] };
  for (const name of EVENT_NAMES) {
    cache.on(name, (event) => {
      log.events.push(event);
      log.story.push(name);
    });
  }
  for (const name of ['not-admitted', 'bypass'] as const)
    cache.on(name, ({ reason }) => log.reasons.push(reason));
  return log;
}
