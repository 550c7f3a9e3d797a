import type { HeaderList } from '@cached-llm/http';

/** Calls `visit` with each header, in their order. */
export function eachHeader(
  rawHeaders: readonly string[],
  visit: (name: string, value: string) => void,
): void {
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    visit(rawHeaders[at] ?? '', rawHeaders[at + 1] ?? '');
  }
}

/** Names and values in turn, as a list of pairs. */
export function headerPairs(rawHeaders: readonly string[]): [name: string, value: string][] {
  const pairs: [string, string][] = [];
  eachHeader(rawHeaders, (name, value) => pairs.push([name, value]));
  return pairs;
}

/** Headers as they came, read as those of `fetch`: by names in lower case, and those of one name as one. */
export class RawHeaders implements HeaderList {
  /** Names and values in turn. */
  readonly raw: readonly string[];
  readonly #values = new Map<string, string>();

  constructor(raw: readonly string[]) {
    this.raw = raw;
    for (let at = 0; at + 1 < raw.length; at += 2) {
      const name = (raw[at] ?? '').toLowerCase();
      const before = this.#values.get(name);
      const value = raw[at + 1] ?? '';
      this.#values.set(name, before === undefined ? value : `${before}, ${value}`);
    }
  }

  get(name: string): string | null {
    return this.#values.get(name) ?? null;
  }

  [Symbol.iterator](): Iterator<readonly [name: string, value: string]> {
    return this.#values.entries();
  }
}
