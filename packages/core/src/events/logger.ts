import type { Emitter } from './emitter.ts';
import type { CacheEvents, EventName } from './events.ts';

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

type Level = 'debug' | 'info' | 'warn';

/** `console`, a pino, or their like. A pino gets the event as an object, and its name as the message. */
export interface Logger {
  debug(...line: readonly unknown[]): unknown;
  info(...line: readonly unknown[]): unknown;
  warn(...line: readonly unknown[]): unknown;
}

/** What costs a call, or nothing is worth a look by day; what is cheap, when one looks for it. */
const LEVELS: Readonly<Record<EventName, Level>> = {
  hit: 'debug',
  stale: 'debug',
  collapsed: 'debug',
  stored: 'debug',
  miss: 'info',
  bypass: 'info',
  'not-admitted': 'info',
  'replay-miss': 'warn',
  'store-error': 'warn',
  'breaker-open': 'warn',
  'breaker-closed': 'info',
};

export function isLogger(value: unknown): value is Logger {
  const levels = ['debug', 'info', 'warn'] as const;
  // Looked at, not trusted: each method is checked to be one.
  return levels.every((level) => typeof (value as Logger | null)?.[level] === 'function');
}

/** A pino says what is bound to it; a console has no such thing. */
function isStructured(logger: Logger): boolean {
  return typeof (logger as { readonly bindings?: unknown }).bindings === 'function';
}

/** One line for each event, from now on. */
export function logEvents(emitter: Emitter, logger: Logger): void {
  const isPino = isStructured(logger);
  for (const [name, level] of Object.entries(LEVELS) as [EventName, Level][]) {
    // The table has no other keys.
    emitter.on(name, (event: CacheEvents[EventName]) => {
      if (isPino) logger[level]({ ...event, event: name }, `cached-llm ${name}`);
      else logger[level](logLine(name, event));
    });
  }
}
