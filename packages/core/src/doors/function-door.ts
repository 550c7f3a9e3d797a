import { isBypass } from '../policy/address.ts';
import { type Answer, bypassAnswer } from '../policy/answer.ts';
import type { Asking } from '../policy/call.ts';
import { callPolicy } from '../policy/call-policy.ts';
import type { CallOptions } from '../policy/options.ts';
import { askingOf, type TakenAsking, type Wrapping } from './asking-of.ts';
import { KnownAsking } from './known-asking.ts';
import { KnownRequests } from './known-requests.ts';

type Arguments = readonly unknown[];

/** Brings the calls of one function to its cache. The owner is the `this` of a call. */
export class FunctionDoor {
  readonly #wrapping: Wrapping;
  /** Nothing where more than the arguments says what is asked. */
  readonly #known: KnownRequests | undefined;

  constructor({ definition, policy, fn }: Omit<Wrapping, 'rules'>) {
    const rules = { adapter: definition.adapter, admit: policy.admit };
    this.#wrapping = { definition, policy, fn, rules };
    const isTold = definition.isToldByArguments && policy.when === undefined;
    this.#known = isTold ? new KnownRequests() : undefined;
  }

  get name(): string {
    return this.#wrapping.fn.name;
  }

  /** The same function under other options. */
  with(options: CallOptions): FunctionDoor {
    const policy = callPolicy(this.#wrapping.policy, options);
    return new FunctionDoor({ ...this.#wrapping, policy });
  }

  answer(owner: unknown, given: Arguments): Answer<unknown> | Promise<Answer<unknown>> {
    if (this.#isOff) return this.#direct(owner, given);
    const text = this.#known?.textOf(given);
    const known = text === undefined ? undefined : this.#known?.get(text);
    if (known !== undefined) {
      return this.#cache.answer(new KnownAsking(this.#wrapping, { owner, given }, known));
    }
    const asking = askingOf(this.#wrapping, owner, given);
    return this.#cache.answer(text === undefined ? asking : this.#learn(text, asking));
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

  #learn(text: string, asking: TakenAsking): Asking<unknown> {
    const address = this.#cache.calls.addressOf(asking);
    const { identity, taken } = asking;
    // A getter may say one thing now and another then: what the key was taken from has to be what the text says.
    const isSame = this.#known?.textOf(taken) === text;
    if (isBypass(address) || isBypass(identity) || !isSame) return asking;
    this.#known?.add(text, { identity, address });
    return Object.assign(asking, { address });
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
