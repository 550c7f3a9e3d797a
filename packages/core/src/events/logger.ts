import type { Emitter } from './emitter.ts';
import type { CacheEvents, EventName } from './events.ts';
import { logLine } from './log-line.ts';

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
