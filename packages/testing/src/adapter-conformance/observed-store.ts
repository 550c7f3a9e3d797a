import type { Store } from '@cached-llm/core/store';
import { countEntries } from '../test-environment/index.ts';

/** A store that shows its rows, and every key that it was called with. */
export class ObservedStore implements Store {
  readonly rows = new Map<string, string>();
  readonly keys = new Set<string>();

  /** How many entries it holds. */
  get entries(): number {
    return countEntries(this.rows);
  }

  get(key: string): string | undefined {
    this.keys.add(key);
    return this.rows.get(key);
  }

  set(key: string, value: string): boolean {
    this.keys.add(key);
    this.rows.set(key, value);
    return true;
  }

  delete(key: string): boolean {
    this.keys.add(key);
    return this.rows.delete(key);
  }
}
