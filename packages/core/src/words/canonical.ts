import stringify from 'fast-json-stable-stringify';
import { className } from './class-name.ts';
import { MARK, textOf } from './marked-text.ts';
import { isNumberLike, put } from './name-order.ts';
import { NotCanonical, type Segment } from './not-canonical.ts';
import { specialText } from './special-value.ts';
import { valueKind } from './value-kind.ts';

/** Deeper than any real request; a bound keeps the stack whole. */
const DEEPEST = 500;

class Walk {
  readonly #path: Segment[] = [];
  readonly #ancestors: object[] = [];
  #isInOrder = true;

  text(value: unknown): string {
    const plain = this.#plain(value);
    // Where all names are in their places the two write the same, and JSON itself is the quicker.
    return this.#isInOrder ? JSON.stringify(plain) : stringify(plain);
  }

  /** A copy with its names in order, and a text for each part that is not JSON. */
  #plain(value: unknown): unknown {
    if (typeof value === 'string') return textOf(value);
    if (typeof value === 'boolean' || value === null) return value;
    if (typeof value === 'number' && Number.isFinite(value)) return value;
    if (typeof value === 'object') return this.#within(value);
    if (typeof value === 'function' || typeof value === 'symbol') {
      throw new NotCanonical(`a ${typeof value}`, this.#path);
    }
    return `${MARK}${typeof value}:${value}`; // NaN, ±Infinity, a bigint, undefined
  }

  #within(value: object): unknown {
    if (this.#ancestors.includes(value)) throw new NotCanonical('a cycle', this.#path);
    if (this.#ancestors.length === DEEPEST) throw new NotCanonical('so deep a value', this.#path);
    this.#ancestors.push(value);
    const plain = this.#object(value);
    this.#ancestors.pop();
    return plain;
  }

  #object(value: object): unknown {
    switch (valueKind(value)) {
      case 'record':
        return this.#record(value as Record<string, unknown>); // its kind says so
      case 'array':
        return this.#array(value as readonly unknown[]); // its kind says so
      default:
        return this.#special(value);
    }
  }

  #record(record: Record<string, unknown>): object {
    if (Object.getOwnPropertySymbols(record).length > 0) {
      throw new NotCanonical('a field named by a symbol', this.#path);
    }
    const copy: Record<string, unknown> = {};
    for (const name of Object.keys(record).sort()) {
      const value = record[name];
      if (value === undefined) continue; // the wire has no such field
      if (isNumberLike(name)) this.#isInOrder = false;
      put(copy, name, this.#at(name, value));
    }
    return copy;
  }

  #array(array: readonly unknown[]): readonly unknown[] {
    const copy: unknown[] = [];
    for (let index = 0; index < array.length; index++) copy.push(this.#at(index, array[index]));
    return copy;
  }

  #special(value: object): string {
    const text = specialText(value, (part) => this.text(part));
    if (text !== undefined) return MARK + text;
    throw new NotCanonical(`an instance of ${className(value)}`, this.#path);
  }

  #at(segment: Segment, value: unknown): unknown {
    this.#path.push(segment);
    const plain = this.#plain(value);
    this.#path.pop();
    return plain;
  }
}

/**
 * One text for one value: equal values have equal texts and unequal values unequal ones, whatever the
 * order of their keys. Plain JSON comes out as RFC 8785 writes it, with long texts as digests.
 *
 * @throws {NotCanonical} for a function, a symbol, a cycle, a Blob, an instance of a class without `toJSON`.
 */
export function canonicalText(value: unknown): string {
  return new Walk().text(value);
}
