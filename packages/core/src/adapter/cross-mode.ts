import { isDeepStrictEqual } from 'node:util';
import type { EntryHeader } from '../entry/index.ts';
import { type Fields, isFields } from '../key/index.ts';
import type { Adapter, CrossRules } from './adapter.ts';

/** What a store has: a response, or the list of a stream's chunks. */
export interface StoredResponse {
  readonly kind: EntryHeader['kind'];
  readonly value: unknown;
}

/** Thrown for an answer that cannot be had the other way, whole or as a stream: the provider is asked. */
class NotExactError extends Error {
  override readonly name = 'NotExactError';
}

/** What has no more fields than these. @throws for anything else: what it means is not known. */
export function exactFields(value: unknown, names: readonly string[]): Fields {
  if (!isFields(value)) throw new NotExactError('Not an object.');
  const unknown = Object.keys(value).find((name) => !names.includes(name));
  if (unknown !== undefined) throw new NotExactError(`${unknown} has no place in the other form.`);
  return value;
}

/** Makes one kind of answer from the other, for one request. */
export class CrossMode {
  readonly #rules: CrossRules;
  readonly #request: unknown;

  /** @throws for an adapter without rules. */
  constructor({ cross }: Pick<Adapter, 'cross'>, request: unknown) {
    if (cross === undefined) throw new NotExactError('There are no rules.');
    this.#rules = cross;
    this.#request = request;
  }

  /** The whole answer. @throws where what is stored does not tell all of it. */
  wholeOf({ kind, value }: StoredResponse): Fields {
    const chunks = Array.isArray(value) ? value : [];
    const response = kind === 'stream' ? this.#rules.assemble(chunks) : value;
    if (isFields(response)) return response;
    throw new NotExactError('The chunks are no whole answer.');
  }

  /** The chunks of a stream. @throws where none say just what is stored. */
  chunksOf(stored: StoredResponse): readonly Fields[] {
    const rules = this.#rules;
    const response = this.wholeOf(stored);
    const isExact = isDeepStrictEqual(rules.assemble(rules.disassemble(response) ?? []), response);
    const request = isFields(this.#request) ? this.#request : {};
    const chunks = isExact ? rules.disassemble(response, request) : undefined;
    if (chunks === undefined)
      throw new NotExactError('The answer has something that no chunk has.');
    return chunks;
  }
}
