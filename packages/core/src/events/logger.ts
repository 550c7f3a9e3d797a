import { visibleText } from '../options/index.ts';
import type { CacheEventEmitter } from './emitter.ts';
import type { CacheEvents, EventName } from './events.ts';

/** Fields whose value stands in a line without the field's name. */
const UNNAMED_FIELDS: ReadonlySet<string> = new Set([
  'provider',
  'model',
  'reason',
  'operation',
  'remedy',
]);

const LAST_FIELD = 'key';

const shown = (value: unknown): string =>
  typeof value === 'number' ? String(Math.round(value * 100) / 100) : visibleText(String(value));

function fieldTexts(event: object): string[] {
  return Object.entries(event).flatMap(([name, value]) => {
    if (value === undefined || value === false || name === LAST_FIELD) return [];
    if (typeof value === 'object' && value !== null) return fieldTexts(value);
    return UNNAMED_FIELDS.has(name) ? [shown(value)] : [`${name}=${shown(value)}`];
  });
}

/** `cached-llm hit openai gpt-5 inputTokens=12 outputTokens=9 took=840 age=52 waited=0.1 key=…` */
function logLine(name: EventName, event: object & { readonly key?: string }): string {
  const key = event.key === undefined ? [] : [`${LAST_FIELD}=${shown(event.key)}`];
  return ['cached-llm', name, ...fieldTexts(event), ...key].join(' ');
}

const OUTCOMES: ReadonlySet<EventName> = new Set(['hit', 'stale', 'collapsed', 'miss', 'bypass']);

type Level = 'debug' | 'info' | 'warn';

/**
 * `console`, a pino logger, or any object with these methods. A pino logger gets the event as an object, and the
 * event's name as the message; every other logger gets one line of text.
 */
export interface Logger {
  debug(...line: readonly unknown[]): unknown;
  info(...line: readonly unknown[]): unknown;
  warn(...line: readonly unknown[]): unknown;
}

/** Events that cost a provider's call are `info`; failures are `warn`; the many cheap events are `debug`. */
const LEVELS: Readonly<Record<EventName, Level>> = {
  hit: 'debug',
  stale: 'debug',
  collapsed: 'debug',
  batch: 'info',
  stored: 'debug',
  miss: 'info',
  bypass: 'info',
  'not-admitted': 'info',
  'call-failed': 'info',
  'call-saved': 'debug',
  'replay-miss': 'warn',
  'volatile-field': 'warn',
  'store-error': 'warn',
  'breaker-open': 'warn',
  'breaker-closed': 'info',
};

/** Does it have the methods of a logger? */
export function isLogger(value: unknown): value is Logger {
  const levels = ['debug', 'info', 'warn'] as const;
  // The cast is safe, because the check reads each member and trusts none.
  return levels.every((level) => typeof (value as Logger | null)?.[level] === 'function');
}

/** A pino logger has `bindings`; a console has not. */
function isStructured(logger: Logger): boolean {
  return typeof (logger as { readonly bindings?: unknown }).bindings === 'function';
}

/** The event without hidden characters, for a logger that may write its texts as they are. */
function visible(value: unknown): unknown {
  if (typeof value === 'string') return visibleText(value);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(visible);
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, visible(part)]));
}

/** Of a request for many items, one line says what became of them. */
const isOfBatch = (name: EventName, event: CacheEvents[EventName]) =>
  'item' in event && event.item !== undefined && OUTCOMES.has(name);

/** Logs every event from now on. */
export function logEvents(events: CacheEventEmitter, logger: Logger): void {
  const isPino = isStructured(logger);
  for (const [name, level] of Object.entries(LEVELS) as [EventName, Level][]) {
    // The cast above is safe: the table has no other keys.
    events.on(name, (event: CacheEvents[EventName]) => {
      if (isOfBatch(name, event)) return undefined;
      // What a logger promises is returned, so that its failure becomes a warning.
      if (isPino) return logger[level](visible({ ...event, event: name }), `cached-llm ${name}`);
      return logger[level](logLine(name, event));
    });
  }
}
