import type { CanonicalForm } from './canonical-form.ts';
import { isLong, marked, writtenMarkOf } from './marked-text.ts';
import { inOrder } from './name-order.ts';
import { valueKind } from './value-kind.ts';

/** Deeper values, and cycles, are for who can say what is wrong with them. */
const DEEPEST = 100;
/** What JSON leaves as it is: no control character, quote, backslash or half of a surrogate pair. */
const LITERAL = /^[ !#-[\]-\ud7ff\ue000-\uffff]*$/;

/** Thrown for a value that is not plain. Made once: it is no error, and says nothing of any. */
const NOT_PLAIN = new Error('Not plain.');

function quoted(text: string): string {
  return LITERAL.test(text) ? `"${text}"` : JSON.stringify(text);
}

/** Writes what nearly every request is made of: records, lists, texts, numbers and literals. */
class Writing {
  readonly long: string[] = [];
  #depth = 0;

  write(value: unknown): string {
    if (typeof value === 'string') return this.#text(value);
    if (typeof value === 'object' && value !== null) return this.#within(value);
    const isNumber = typeof value === 'number' && Number.isFinite(value);
    if (isNumber || typeof value === 'boolean' || value === null) return String(value);
    throw NOT_PLAIN;
  }

  #text(text: string): string {
    if (!isLong(text)) return quoted(marked(text));
    this.long.push(text);
    return writtenMarkOf(text);
  }

  #within(value: object): string {
    const kind = valueKind(value);
    this.#depth += 1;
    if (kind === 'special' || this.#depth > DEEPEST) throw NOT_PLAIN;
    const text = kind === 'array' ? this.#list(value) : this.#record(value);
    this.#depth -= 1;
    return text;
  }

  #list(value: object): string {
    const list = value as readonly unknown[]; // its kind says so
    let text = '';
    for (let index = 0; index < list.length; index += 1) {
      text += index === 0 ? this.write(list[index]) : `,${this.write(list[index])}`;
    }
    return `[${text}]`;
  }

  #record(value: object): string {
    if (Object.getOwnPropertySymbols(value).length > 0) throw NOT_PLAIN;
    const record = value as Record<string, unknown>; // its kind says so
    let text = '';
    for (const { name, first, further } of inOrder(Object.keys(record))) {
      const part = record[name];
      if (part === undefined) continue; // the wire has no such field
      text += (text === '' ? first : further) + this.write(part);
    }
    return `{${text}}`;
  }
}

/** The form of a plain value; nothing for any other. */
export function plainForm(value: unknown): CanonicalForm | undefined {
  const plain = new Writing();
  try {
    return { structure: plain.write(value), long: plain.long };
  } catch (error) {
    if (error === NOT_PLAIN) return undefined;
    throw error; // a getter's own
  }
}
