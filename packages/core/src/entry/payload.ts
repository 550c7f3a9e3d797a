import { decodeValue, valueIn, type Written, writtenIn } from './value-text.ts';

/**
 * The encoded response of one entry, for as many as ask for it. Asked for once it is parsed; from the second time on
 * what was parsed is kept, and shown to nobody: each caller has a copy of its own, which is made sooner.
 */
export class Payload {
  readonly text: string;
  #wasDecoded = false;
  #written: Written | undefined;

  constructor(text: string) {
    this.text = text;
  }

  /** What `encodeValue` was given, anew. @throws {SyntaxError} when it did not write the text. */
  decode(): unknown {
    if (!this.#wasDecoded) {
      this.#wasDecoded = true;
      return decodeValue(this.text);
    }
    this.#written ??= writtenIn(this.text);
    return valueIn(this.#written);
  }
}
