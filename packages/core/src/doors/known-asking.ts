import type { Asking } from '../policy/call.ts';
import { ValueCodec } from '../policy/value-codec.ts';
import type { Wrapping } from './asking-of.ts';
import { HeldArguments } from './held-arguments.ts';
import type { KnownRequest } from './known-requests.ts';

interface Made {
  readonly owner: unknown;
  readonly given: readonly unknown[];
}

/**
 * One call of a function, of which the entry's place is known: its arguments are copied only when something
 * is waited for. A class, since a hit has time for no more than one object.
 */
export class KnownAsking implements Asking<unknown> {
  readonly identity;
  readonly address;
  readonly policy;
  readonly codec;
  readonly signal = undefined;
  readonly isPart = undefined;
  readonly #fn;
  readonly #owner: unknown;
  readonly #given: readonly unknown[];
  readonly #held;

  constructor({ fn, policy, rules }: Wrapping, { owner, given }: Made, known: KnownRequest) {
    this.identity = known.identity;
    this.address = known.address;
    this.policy = policy;
    this.#held = new HeldArguments(given, rules);
    this.codec = new ValueCodec(this.#held);
    this.#fn = fn;
    this.#owner = owner;
    this.#given = given;
  }

  hold(): void {
    this.#held.hold();
  }

  async invoke(): Promise<unknown> {
    return this.#call(this.#held.all);
  }

  async pass(): Promise<unknown> {
    return this.#call(this.#given);
  }

  #call(given: readonly unknown[]): unknown {
    // The types of `this` and of the arguments are those the function was wrapped with.
    return this.#fn.apply(this.#owner as never, given as never);
  }
}
