import type { ValueCodecOptions } from '../policy/value-codec.ts';
import { snapshot } from './snapshot.ts';

/** The arguments of a call: the caller's own until something is waited for, then as they were by then. */
export class HeldArguments implements ValueCodecOptions {
  readonly rules: ValueCodecOptions['rules'];
  readonly #given: readonly unknown[];
  #copy: readonly unknown[] | undefined;

  constructor(given: readonly unknown[], rules: ValueCodecOptions['rules']) {
    this.#given = given;
    this.rules = rules;
  }

  get all(): readonly unknown[] {
    return this.#copy ?? this.#given;
  }

  get request(): unknown {
    return this.all[0];
  }

  hold(): void {
    this.#copy ??= snapshot(this.#given);
  }
}
