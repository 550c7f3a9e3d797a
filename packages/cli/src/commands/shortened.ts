import { isFields } from '@cached-llm/core';

const LONGEST = 48;
const MOST = 8;

/** A value as people look at it: long texts and long lists end early. */
export function shortened(value: unknown): unknown {
  if (typeof value === 'string')
    return value.length > LONGEST ? `${value.slice(0, LONGEST)}…` : value;
  if (Array.isArray(value)) {
    const shown = value.slice(0, MOST).map(shortened);
    return value.length > MOST ? [...shown, `… and ${value.length - MOST} more`] : shown;
  }
  if (!isFields(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, shortened(part)]));
}
