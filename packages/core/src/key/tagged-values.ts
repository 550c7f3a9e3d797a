import { types } from 'node:util';
import stringify from 'fast-json-stable-stringify';
import {
  type CanonicalForm,
  digest,
  escapeMark,
  fieldsInOrder,
  IN_ORDER,
  isLongText,
  longTextMark,
  MARK,
  NotCanonicalError,
  type Segment,
  wholeText,
} from './canonical-rules.ts';
import { isDataInstance } from './data-instance.ts';
import { className, type Fields, isExactlyClass, isFields, isGiven, valueKind } from './fields.ts';

type CanonicalText = (value: unknown) => string;

/** The text for a value that JSON would lose, by one rule for each kind. Undefined where there is no rule. */
export function taggedText(value: object, text: CanonicalText): string | undefined {
  if (types.isDate(value)) return exactly('Date', value, () => `date:${value.getTime()}`);
  if (types.isMap(value))
    return exactly('Map', value, () => `pairs:${listed([...value].map(text))}`);
  if (types.isSet(value))
    return exactly('Set', value, () => `members:${listed([...value].map(text))}`);
  if (types.isRegExp(value))
    return exactly('RegExp', value, () => `regexp:${value.lastIndex}:${value}`);
  if (value instanceof URL) return exactly('URL', value, () => `url:${value.href}`);
  return types.isArrayBuffer(value) || ArrayBuffer.isView(value)
    ? bytesText(value)
    : (jsonText(value, text) ?? dataText(value, text));
}

/** The name keeps two classes apart, and an instance from a record of its fields. */
function dataText(value: object, text: CanonicalText): string | undefined {
  return isDataInstance(value) ? `data:${className(value)}:${text({ ...value })}` : undefined;
}

function exactly(name: string, value: object, rule: () => string): string | undefined {
  return isExactlyClass(value, name) ? rule() : undefined;
}

// A function sees the order of a map or of a set, so the order counts.
function listed(texts: readonly string[]): string {
  return JSON.stringify(texts);
}

const BYTES = new Set(['ArrayBuffer', 'DataView', 'Uint8Array', 'Buffer']);

/** Bytes have one form in whatever view. Numbers of another width have a form of their own. */
function bytesText(value: ArrayBuffer | ArrayBufferView): string | undefined {
  const name = className(value);
  const isNumbers = types.isTypedArray(value) && value[Symbol.toStringTag] === name;
  if (!BYTES.has(name) && !isNumbers) return undefined;
  const bytes = ArrayBuffer.isView(value)
    ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
    : new Uint8Array(value);
  return `${BYTES.has(name) ? 'bytes' : name}:${bytes.byteLength}:${digest(bytes)}`;
}

/** The text for NaN, ±Infinity, a bigint, or undefined in a list. */
export function textOfPrimitive(value: number | bigint | undefined): string {
  return `${MARK}${typeof value}:${value}`;
}

/** An instance whose JSON holds nothing may hold anything. */
function isEmpty(json: unknown): boolean {
  if (isFields(json)) return Object.values(json).every((part) => part === undefined);
  return !isGiven(json);
}

/** The JSON that the class itself makes, which the wire would carry. The name keeps two classes apart. */
function jsonText(value: object, text: CanonicalText): string | undefined {
  if (!('toJSON' in value) || typeof value.toJSON !== 'function') return undefined;
  const json: unknown = value.toJSON();
  if (isEmpty(json)) return undefined;
  // LangChain binds tools to a model there, and does not write them.
  const bound: unknown = Reflect.get(value, 'defaultOptions');
  return `json:${className(value)}:${text(isEmpty(bound) ? json : [json, bound])}`;
}

/** LangChain writes this for each tool, model or lambda of a class, whatever the instance holds. */
export function isUnwritten({ lc, type }: Fields): boolean {
  return lc === 1 && type === 'not_implemented';
}

/** Deeper than any real request. The bound keeps the stack from overflowing. */
const MAX_DEPTH = 500;

/** Zod, Valibot, ArkType and others mark a schema so (standardschema.dev); older releases of Zod have `_def`. */
const isSchema = (value: object): boolean => '~standard' in value || '_def' in value;

/** Two schemas may have one JSON Schema and differ in what they refine or transform, so none is put in a key unasked. */
const OF_SCHEMA =
  'Return the JSON Schema in the option `key`: key: (schema, text) => [z.toJSONSchema(schema), text].';

class TaggedValueWriter {
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
      const isOfSchema = this.#ancestors.some(isSchema);
      throw new NotCanonicalError(`a ${typeof value}`, this.#path, isOfSchema ? OF_SCHEMA : '');
    }
    return textOfPrimitive(value as number | bigint | undefined); // the other types are above
  }

  #text(text: string): string {
    if (!isLongText(text)) return escapeMark(text);
    this.#long.push(text);
    return longTextMark(text);
  }

  #within(value: object, isOrdered = false): unknown {
    if (this.#ancestors.includes(value)) throw new NotCanonicalError('a cycle', this.#path);
    if (this.#ancestors.length === MAX_DEPTH)
      throw new NotCanonicalError('so deep a value', this.#path);
    this.#ancestors.push(value);
    const plain = isOrdered ? this.#inOrder(value as Fields) : this.#object(value); // its kind says so
    this.#ancestors.pop();
    return plain;
  }

  #object(value: object): unknown {
    switch (valueKind(value)) {
      case 'record':
        return this.#record(value as Fields); // its kind says so
      case 'array':
        return this.#array(value as readonly unknown[]); // its kind says so
      default:
        return this.#special(value);
    }
  }

  /** The names of the fields that the wire carries. */
  #namesIn(record: Fields): string[] {
    if (Object.getOwnPropertySymbols(record).length > 0) {
      throw new NotCanonicalError('a field named by a symbol', this.#path);
    }
    if (isUnwritten(record)) {
      throw new NotCanonicalError('an unwritten object', this.#path);
    }
    return Object.keys(record).filter((name) => record[name] !== undefined);
  }

  #record(record: Fields): object {
    const names = this.#namesIn(record).sort();
    // Also one that an assignment would take for the prototype.
    return Object.fromEntries(
      names.map((name) => {
        const fields = fieldsInOrder(record, name);
        return [name, this.#at(name, fields ?? record[name], fields !== undefined)];
      }),
    );
  }

  #inOrder(fields: Fields): readonly unknown[] {
    const names = this.#namesIn(fields);
    return [IN_ORDER, ...names.flatMap((name) => [name, this.#at(name, fields[name])])];
  }

  #array(array: readonly unknown[]): readonly unknown[] {
    const copy: unknown[] = [];
    for (let index = 0; index < array.length; index++) copy.push(this.#at(index, array[index]));
    return copy;
  }

  #special(value: object): string {
    const text = taggedText(value, (part) => wholeText(this.form(part)));
    if (text !== undefined) return MARK + text;
    const remedy = isSchema(value) ? OF_SCHEMA : '';
    throw new NotCanonicalError(`an instance of ${className(value)}`, this.#path, remedy);
  }

  #at(segment: Segment, value: unknown, isOrdered = false): unknown {
    this.#path.push(segment);
    const plain = isOrdered ? this.#within(value as object, true) : this.#plain(value); // a record
    this.#path.pop();
    return plain;
  }
}

/**
 * The canonical form of any value that has one, with its JSON written by fast-json-stable-stringify.
 *
 * @throws {NotCanonicalError} for any other value
 */
export function canonicalTaggedValue(value: unknown): CanonicalForm {
  return new TaggedValueWriter().form(value);
}
