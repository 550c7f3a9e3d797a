import { readEntryText, type Store } from '@cached-llm/core/store';
import type { FixtureStore } from '@cached-llm/testing/fixtures';
import { type Change, changesBetween, isDrift } from './compare-entries.ts';

/** What was found of one fixture, or of a request that has none. */
export interface Compared {
  /** The name of its file. Absent of a request that nobody has recorded. */
  readonly fixture?: string | undefined;
  readonly provider: string;
  readonly model?: string | undefined;
  readonly changes: readonly Change[];
}

/** Fixtures that are only read: an answer that is to be stored is compared with the one that is recorded. */
export class ComparingStore implements Store {
  readonly isImmediate = true;
  readonly isForAnyAccount = true;
  readonly #fixtures: FixtureStore;
  /** By key. A request that is made again is compared again. */
  readonly #compared = new Map<string, Compared>();

  constructor(fixtures: FixtureStore) {
    this.#fixtures = fixtures;
  }

  /** All that were compared, in the order of their first requests. */
  compared(): readonly Compared[] {
    return [...this.#compared.values()];
  }

  get(key: string): string | undefined {
    return this.#fixtures.get(key);
  }

  getMany(keys: readonly string[]): (string | undefined)[] {
    return this.#fixtures.getMany(keys);
  }

  set(key: string, value: string, ttl?: number): boolean {
    const after = readEntryText(value);
    if (after === undefined) return this.#fixtures.set(key, value, ttl);
    const before = readEntryText(this.#fixtures.get(key) ?? '');
    const { provider, model } = after.header;
    const changes = before === undefined ? [] : changesBetween(before, after);
    const fixture = before && this.#fixtures.nameOf(key);
    this.#compared.set(key, { fixture, provider, model, changes });
    return true;
  }

  delete(key: string): boolean {
    return this.#fixtures.delete(key);
  }

  scan(prefix: string) {
    return this.#fixtures.scan(prefix);
  }
}

const WORDS: Readonly<Record<Change['of'], string>> = {
  field: 'field',
  'finish-reason': 'finish reason',
  tool: 'tools called',
  model: 'model served',
  usage: 'usage',
};

function changeText({ of, name, was, is }: Change): string {
  const what = [WORDS[of], name].filter((part) => part !== undefined).join(' ');
  if (was === undefined) return `${what} is new: ${is}`;
  return is === undefined ? `${what} is gone: ${was}` : `${what} was ${was}, and is ${is}`;
}

/** A line for each fixture, and one for each change of it below. */
export function driftText(compared: readonly Compared[]): string {
  const lines = compared.map(({ fixture, provider, model, changes }) => {
    const title = fixture ?? [provider, model].filter(Boolean).join(' · ');
    if (fixture === undefined) return `  ? ${title}: no fixture to compare it with`;
    const mark = changes.some(isDrift) ? '✗' : '✓';
    const below = changes.map((change) => `\n      ${changeText(change)}`);
    return `  ${mark} ${title}${below.join('')}`;
  });
  return lines.join('\n');
}
