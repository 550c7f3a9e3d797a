import type { CacheEvents, EventName } from '../words/events.ts';
import { Emitter } from './emitter.ts';
import { type Counts, Stats } from './stats.ts';

const COUNTED: Partial<Record<EventName, keyof Counts>> = {
  hit: 'hits',
  stale: 'stale',
  miss: 'misses',
  bypass: 'bypasses',
  collapsed: 'collapsed',
  stored: 'stored',
  'not-admitted': 'notAdmitted',
  'store-error': 'storeErrors',
};

/** Counts what happens and tells who listens: one place for both, so that they agree. */
export class Reporter {
  readonly emitter = new Emitter();
  readonly stats = new Stats();

  tell<Name extends EventName>(name: Name, event: CacheEvents[Name]): void {
    const counter = COUNTED[name];
    if (counter !== undefined) this.stats.counts[counter] += 1;
    this.emitter.emit(name, event);
  }
}
