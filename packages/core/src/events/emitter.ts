import { type Channel, channel } from 'node:diagnostics_channel';
import {
  describeKind,
  invalidOption,
  isThenable,
  showValue,
  visibleText,
  warn,
} from '../options/index.ts';
import type { CacheEvents, CallCost, EventName, Listener } from './events.ts';

/** Held for the life of the process: a channel that nobody references loses its subscribers. */
const channels = new Map<EventName, Channel>();

/** The diagnostics channel of an event: `cached-llm:hit` and so on. */
function channelOf(name: EventName): Channel {
  const known = channels.get(name);
  if (known !== undefined) return known;
  const made = channel(`cached-llm:${name}`);
  channels.set(name, made);
  return made;
}

/** Why the answer of a call is not stored. Without a reason it is stored. */
export interface CallVerdict {
  readonly rejection?: string | undefined;
  /** The HTTP status of an answer that is an error. */
  readonly error?: string | undefined;
  /** The answer had begun when it failed. @default false */
  readonly isBegun?: boolean | undefined;
}

/** Counts calls and events before any listener gets them. */
export interface EventCounting {
  countCall(cost: CallCost, verdict: CallVerdict): void;
  /** Counts a call of which nobody knows what it cost. Returns how to take that back, for a cost that becomes known. */
  countUnknown(cost: CallCost): () => void;
  countEvent<Name extends EventName>(name: Name, event: CacheEvents[Name]): void;
}

/** The application sees its listener's mistake as a warning, and no call fails because of it. */
const warnOf = (error: unknown): void => warn(String(error)); // a text, because Node refuses an error of another realm

function send<Name extends EventName>(listener: Listener<Name>, event: CacheEvents[Name]): void {
  try {
    const done: unknown = listener(event);
    if (isThenable(done)) done.then(undefined, warnOf);
  } catch (error) {
    warnOf(error);
  }
}

const NO_LISTENERS: readonly Listener<never>[] = [];

/**
 * Counts every event, then sends it to the listeners and to the diagnostics channel of its name. Counting and
 * sending share one place, so that they agree. Without a listener, sending costs two look-ups.
 */
export class CacheEventEmitter {
  readonly #counting: EventCounting;
  readonly #listeners = new Map<EventName, readonly Listener<never>[]>();

  /** Gets each event, for as long as this lives. @default nobody does */
  note: EventCounting['countEvent'] | undefined;

  constructor(counting: EventCounting) {
    this.#counting = counting;
  }

  /**
   * Calls `listener` for each event of this name. Returns a function that stops it.
   *
   * @throws {LlmCacheError} `INVALID_OPTION` for an unknown name, which would never be heard of, and for what is no function
   */
  on<Name extends EventName>(name: Name, listener: Listener<Name>): () => void {
    if (!Object.hasOwn(LEVELS, name)) {
      invalidOption('An event', `is ${showValue(name)}`, `It is one of ${EVENT_NAMES.join(', ')}.`);
    }
    if (typeof listener !== 'function') {
      invalidOption('A listener', `is ${describeKind(listener)}`, 'Pass a function.');
    }
    const own: Listener<Name> = (event) => listener(event); // one listener may be added several times
    this.#listeners.set(name, [...(this.#listeners.get(name) ?? []), own]);
    return () => {
      const others = this.#listeners.get(name)?.filter((other) => other !== own) ?? [];
      this.#listeners.set(name, others);
    };
  }

  /** Whether anybody gets the events of this name. */
  hasListeners(name: EventName): boolean {
    return Boolean(this.#listeners.get(name)?.length) || channelOf(name).hasSubscribers;
  }

  /** Counts what a call cost. Its event follows when it is known whether the answer is stored. */
  countCall(cost: CallCost, verdict: CallVerdict): void {
    this.#counting.countCall(cost, verdict);
  }

  countUnknown(cost: CallCost): () => void {
    return this.#counting.countUnknown(cost);
  }

  emit<Name extends EventName>(name: Name, event: CacheEvents[Name]): void {
    this.#counting.countEvent(name, event);
    this.note?.(name, event);
    // `on` put each listener under the name whose events it takes.
    const listeners = (this.#listeners.get(name) ?? NO_LISTENERS) as readonly Listener<Name>[];
    for (const listener of listeners) send(listener, event);
    const channel = channelOf(name);
    if (channel.hasSubscribers) channel.publish(event);
  }
}

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

const EVENT_NAMES = Object.keys(LEVELS);

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
