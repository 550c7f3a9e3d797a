import stringify from 'fast-json-stable-stringify';
import { type CanonicalForm, joined } from './canonical-form.ts';
import { className } from './class-name.ts';
import { isLong, MARK, marked, markOf } from './marked-text.ts';
import { NotCanonical, type Segment } from './not-canonical.ts';
import { specialText } from './special-value.ts';
import { valueKind } from './value-kind.ts';

/** Deeper than any real request; a bound keeps the stack whole. */
const DEEPEST = 500;

class Walk {
  readonly #path: Segment[] = [];
  readonly #ancestors: object[] = [];
  #long: string[] = [];

  form(value: unknown): CanonicalForm {
    const outer = this.#long;
    const long: string[] = [];
    this.#long = long;
    const structure = stringify(this.#plain(value));
    this.#long = outer;
    return { structure, long };
  }

  /** A copy with a text for each part that is not JSON. */
  #plain(value: unknown): unknown {
    if (typeof value === 'string') return this.#text(value);
    if (typeof value === 'boolean' || value === null) return value;
    if (typeof value === 'number' && Number.isFinite(value)) return value;
    if (typeof value === 'object') return this.#within(value);
    if (typeof value === 'function' || typeof value === 'symbol') {
      throw new NotCanonical(`a ${typeof value}`, this.#path);
    }
    return `${MARK}${typeof value}:${value}`; // NaN, ±Infinity, a bigint, undefined
  }

  #text(text: string): string {
    if (!isLong(text)) return marked(text);
    this.#long.push(text);
    return markOf(text);
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
    const fields: [string, unknown][] = [];
    for (const name of Object.keys(record).sort()) {
      const value = record[name];
      if (value === undefined) continue; // the wire has no such field
      fields.push([name, this.#at(name, value)]);
    }
    return Object.fromEntries(fields); // also one that an assignment would take for the prototype
  }

  #array(array: readonly unknown[]): readonly unknown[] {
    const copy: unknown[] = [];
    for (let index = 0; index < array.length; index++) copy.push(this.#at(index, array[index]));
    return copy;
  }

  #special(value: object): string {
    const text = specialText(value, (part) => joined(this.form(part)));
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

/** The form of any value that has one, by the library that defines it. */
export function richForm(value: unknown): CanonicalForm {
  return new Walk().form(value);
}
