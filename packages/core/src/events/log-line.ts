import type { EventName } from './events.ts';

/** Words of an event that stand in its line as they are; the rest is named. */
const BARE: ReadonlySet<string> = new Set(['provider', 'model', 'reason', 'operation']);
const LAST = 'key';

const shown = (value: unknown): string =>
  typeof value === 'number' ? String(Math.round(value * 100) / 100) : String(value);

function words(event: object): string[] {
  return Object.entries(event).flatMap(([name, value]) => {
    if (value === undefined || value === false || name === LAST) return [];
    if (typeof value === 'object' && value !== null) return words(value);
    return BARE.has(name) ? [shown(value)] : [`${name}=${shown(value)}`];
  });
}

/** `cached-llm hit openai gpt-5 inputTokens=12 outputTokens=9 took=840 age=52 waited=0.1 key=…` */
export function logLine(name: EventName, event: object & { readonly key?: string }): string {
  const key = event.key === undefined ? [] : [`${LAST}=${event.key}`];
  return ['cached-llm', name, ...words(event), ...key].join(' ');
}
