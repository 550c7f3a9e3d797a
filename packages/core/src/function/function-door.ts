import { callPolicy } from '../options/call-policy.ts';
import type { CallOptions } from '../options/options.ts';
import { type Answer, type Answered, bypassAnswer } from '../pipeline/answer.ts';
import { FunctionCall, type Wrapping } from './function-call.ts';

type Arguments = readonly unknown[];

/** Brings the calls of one function to its cache. The owner is the `this` of a call. */
export class FunctionDoor {
  readonly #wrapping: Wrapping;

  constructor({ definition, policy, fn }: Omit<Wrapping, 'rules'>) {
    const rules = { adapter: definition.adapter, admit: policy.admit };
    this.#wrapping = { definition, policy, fn, rules };
  }

  get name(): string {
    return this.#wrapping.fn.name;
  }

  /** The same function under other options. */
  with(options: CallOptions): FunctionDoor {
    const policy = callPolicy(this.#wrapping.policy, options);
    return new FunctionDoor({ ...this.#wrapping, policy });
  }

  async respond(owner: unknown, given: Arguments): Promise<unknown> {
    const answer = this.answer(owner, given);
    // Waiting for what is there already takes as long as finding it.
    return answer instanceof Promise ? (await answer).response : answer.response;
  }

  answer(owner: unknown, given: Arguments): Answered<unknown> {
    if (this.#isOff) return this.#direct(owner, given);
    return this.#cache.answer(new FunctionCall(this.#wrapping, owner, given));
  }

  keyOf(owner: unknown, given: Arguments): string | undefined {
    return this.#cache.calls.keyOf(new FunctionCall(this.#wrapping, owner, given));
  }

  async peek(owner: unknown, given: Arguments): Promise<unknown> {
    return this.#isOff
      ? undefined
      : this.#cache.calls.peek(new FunctionCall(this.#wrapping, owner, given));
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
