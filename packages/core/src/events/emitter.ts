import { type Channel, channel } from 'node:diagnostics_channel';
import { isThenable, warn } from '../options/index.ts';
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

  constructor(counting: EventCounting) {
    this.#counting = counting;
  }

  /** Calls `listener` for each event of this name. Returns a function that stops it. */
  on<Name extends EventName>(name: Name, listener: Listener<Name>): () => void {
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
    // `on` put each listener under the name whose events it takes.
    const listeners = (this.#listeners.get(name) ?? NO_LISTENERS) as readonly Listener<Name>[];
    for (const listener of listeners) send(listener, event);
    const channel = channelOf(name);
    if (channel.hasSubscribers) channel.publish(event);
  }
}
