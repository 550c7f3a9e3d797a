import { type CanonicalForm, isLong, marked, writtenMarkOf } from './canonical-rules.ts';
import { valueKind } from './fields.ts';

/** A name of a record, ready to be written. */
interface WrittenName {
  readonly name: string;
  readonly first: string;
  readonly further: string;
}

interface NameOrder {
  readonly given: readonly string[];
  readonly sorted: readonly WrittenName[];
}

/** Records of more names are seldom like another. */
const MOST = 32;

const PLACES = 128;

const known: (NameOrder | undefined)[] = new Array(PLACES).fill(undefined);

function writtenName(name: string): WrittenName {
  const first = `${JSON.stringify(name)}:`;
  return { name, first, further: `,${first}` };
}

function placeOf(names: readonly string[]): number {
  const [first = '', last = ''] = [names[0], names.at(-1)];
  return (
    (names.length * 31 + first.length * 7 + last.length * 3 + (first.codePointAt(0) ?? 0)) % PLACES
  );
}

function isSame(names: readonly string[], others: readonly string[]): boolean {
  if (names.length !== others.length) return false;
  for (let index = 0; index < names.length; index += 1) {
    if (names[index] !== others[index]) return false;
  }
  return true;
}

/** The names in order. Most records have those of one that was just written. */
function inOrder(names: readonly string[]): readonly WrittenName[] {
  const place = placeOf(names);
  const order = known[place];
  if (order !== undefined && isSame(names, order.given)) return order.sorted;
  const sorted = [...names].sort().map(writtenName);
  if (names.length <= MOST) known[place] = { given: names, sorted };
  return sorted;
}

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
