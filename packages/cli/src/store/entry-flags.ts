import type { EntryFilter } from '@cached-llm/core';
import { bytes, type Given, oneOf, span, text } from '../command-line/options.ts';

const STATES = ['fresh', 'stale', 'fallback', 'expired', 'invalidated'] as const;

/** Which entries a verb is about. */
export const entryFlags = {
  provider: text('<name>', 'of this provider'),
  model: text('<name>', 'of this model'),
  tag: text('<tag>', 'with this tag'),
  scope: text('<scope>', "of this scope; '' is the one that all share"),
  state: oneOf('<state>', STATES, 'in this state'),
  olderThan: span('--older-than', 'stored longer ago: 30m, 12h, 7d'),
  youngerThan: span('--younger-than', 'stored no longer ago'),
  largerThan: bytes('of this size or more: 500kb, 2mb'),
} as const;

export function entryFilter(given: Given<typeof entryFlags>): EntryFilter {
  const { state, ...filter } = given;
  return state === undefined ? filter : { ...filter, states: [state] };
}
