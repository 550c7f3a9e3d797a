import { type Answer, bypassAnswer } from '../policy/answer.ts';
import type { CallOptions } from '../policy/options.ts';
import { resolvePolicy } from '../policy/policy.ts';
import { askingOf, type Wrapping } from './asking-of.ts';

type Arguments = readonly unknown[];

/** Brings the calls of one function to its cache. The owner is the `this` of a call. */
export class FunctionDoor {
  readonly #wrapping: Wrapping;

  constructor(wrapping: Wrapping) {
    this.#wrapping = wrapping;
  }

  get name(): string {
    return this.#wrapping.fn.name;
  }

  /** The same function under other options. */
  with(options: CallOptions): FunctionDoor {
    const policy = resolvePolicy(this.#wrapping.policy, options);
    return new FunctionDoor({ ...this.#wrapping, policy });
  }

  answer(owner: unknown, given: Arguments): Promise<Answer<unknown>> {
    if (this.#isOff) return this.#direct(owner, given);
    return this.#cache.answer(askingOf(this.#wrapping, owner, given));
  }

  keyOf(owner: unknown, given: Arguments): string | undefined {
    return this.#cache.calls.keyOf(askingOf(this.#wrapping, owner, given));
  }

  async peek(owner: unknown, given: Arguments): Promise<unknown> {
    return this.#isOff ? undefined : this.#cache.calls.peek(askingOf(this.#wrapping, owner, given));
  }

  async invalidate(owner: unknown, given: Arguments): Promise<boolean> {
    const key = this.keyOf(owner, given);
    return key === undefined || this.#cache.invalidate({ key });
  }

  get #cache() {
    return this.#wrapping.definition.cache;
  }

  get #isOff(): boolean {
    return this.#wrapping.policy.mode === 'off';
  }

  /** Off costs nothing: no key, no copy, no event. */
  async #direct(owner: unknown, given: Arguments): Promise<Answer<unknown>> {
    // The types of `this` and of the arguments are those the function was wrapped with.
    return bypassAnswer(await this.#wrapping.fn.apply(owner as never, given as never));
  }
}
