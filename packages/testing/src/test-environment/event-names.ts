import type { EventName } from '@cached-llm/core';

/** A table, so that the compiler misses an event that is new. */
const EVENTS: Readonly<Record<EventName, true>> = {
  hit: true,
  stale: true,
  miss: true,
  'replay-miss': true,
  collapsed: true,
  bypass: true,
  stored: true,
  'not-admitted': true,
  'store-error': true,
  'breaker-open': true,
  'breaker-closed': true,
};

/** Of all that a cache tells. */
export const EVENT_NAMES = Object.keys(EVENTS) as readonly EventName[]; // the table has no other keys
