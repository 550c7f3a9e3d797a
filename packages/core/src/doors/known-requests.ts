import type { Address } from '../effects/entry-store.ts';
import type { CallIdentity } from '../words/call-identity.ts';
import { plainText } from '../words/plain-text.ts';

/** Where the entry of a request is. */
export interface KnownRequest {
  readonly identity: CallIdentity;
  readonly address: Address;
}

/** Characters of a request that is remembered: longer ones are hashed faster than compared. */
const LONGEST = 16_384;
/** Bytes of all that is remembered, of which a request takes so many beside its text. */
const MOST = 1_500_000;
const OVERHEAD = 700;

/** Requests that share a trait: few, or else to look through them costs more than they save. */
const MOST_ALIKE = 4;
/** Characters looked at: of the start, of the end, and evenly of all. */
const LOOKED_AT = 96;

/** `trait` with some of the characters from `from` on. */
function mixed(
  trait: number,
  text: string,
  { from, step }: { from: number; step: number },
): number {
  let mix = trait;
  const end = Math.min(text.length, from + LOOKED_AT * step);
  for (let place = from; place < end; place += step) {
    mix = (Math.imul(mix, 31) + text.charCodeAt(place)) | 0;
  }
  return mix;
}

/**
 * A number that texts seldom share, from a few of their characters: to hash all of a text costs more than to
 * compare it with the one or two that share its trait.
 */
function traitOf(text: string): number {
  const start = mixed(text.length, text, { from: 0, step: 1 });
  const end = mixed(start, text, { from: Math.max(0, text.length - LOOKED_AT), step: 1 });
  return mixed(end, text, { from: 0, step: Math.ceil(text.length / LOOKED_AT) || 1 });
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
    this.#size += text.length + OVERHEAD;
    if (this.#size > MOST) this.#forget();
  }

  /** The older half, roughly: one that is asked again is soon known again. */
  #forget(): void {
    const traits = [...this.#known.keys()];
    for (const trait of traits.slice(0, Math.ceil(traits.length / 2))) this.#known.delete(trait);
    const left = [...this.#known.values()].flat();
    this.#size = left.reduce((size, { text }) => size + text.length + OVERHEAD, 0);
  }
}
