import type { Address } from '../effects/entry-store.ts';
import type { CallIdentity } from '../words/call-identity.ts';
import { plainText } from '../words/plain-text.ts';

/** Where the entry of a request is. */
export interface KnownRequest {
  readonly identity: CallIdentity;
  readonly address: Address;
}

/** Characters of a request that is remembered, and of all of them. Longer ones are hashed faster than compared. */
const LONGEST = 16_384;
const MOST = 1_000_000;

/** Requests that share a trait: few, or else to look through them costs more than they save. */
const MOST_ALIKE = 4;
const STEPS = 24;

/**
 * A number that texts seldom share, from a few of their characters: to hash all of a text costs more than to
 * compare it with the one or two that share its trait. What is asked last stands at the end.
 */
function traitOf(text: string): number {
  let trait = text.length;
  const step = Math.max(1, Math.floor(text.length / STEPS));
  for (let place = 0; place < text.length; place += step) {
    trait = (Math.imul(trait, 31) + text.charCodeAt(place)) | 0;
  }
  for (let place = Math.max(0, text.length - STEPS); place < text.length; place += 1) {
    trait = (Math.imul(trait, 31) + text.charCodeAt(place)) | 0;
  }
  return trait;
}

interface Remembered {
  readonly text: string;
  readonly request: KnownRequest;
}

/** Requests that were just asked: to work out the key again is most of what a hit costs. */
export class KnownRequests {
  readonly #known = new Map<number, Remembered[]>();
  #size = 0;

  /** What stands for these arguments, and for no others; nothing where they are not to be remembered. */
  textOf(given: readonly unknown[]): string | undefined {
    return plainText(given, LONGEST);
  }

  get(text: string): KnownRequest | undefined {
    const alike = this.#known.get(traitOf(text));
    return alike?.find((remembered) => remembered.text === text)?.request;
  }

  add(text: string, request: KnownRequest): void {
    const trait = traitOf(text);
    const alike = this.#known.get(trait) ?? [];
    this.#known.set(trait, [{ text, request }, ...alike].slice(0, MOST_ALIKE));
    this.#size += text.length;
    if (this.#size > MOST) this.#forget();
  }

  /** The older half, roughly: one that is asked again is soon known again. */
  #forget(): void {
    const traits = [...this.#known.keys()];
    for (const trait of traits.slice(0, Math.ceil(traits.length / 2))) this.#known.delete(trait);
    const left = [...this.#known.values()].flat();
    this.#size = left.reduce((size, { text }) => size + text.length, 0);
  }
}
