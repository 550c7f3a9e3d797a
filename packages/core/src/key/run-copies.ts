import {
  escapeMark,
  fieldsInOrder,
  IN_ORDER,
  isLongText,
  longTextMark,
  MARK,
  MAY_BE_IN_ORDER,
} from './canonical-rules.ts';
import { areSame, type Fields, valueKind } from './fields.ts';
import { textOfPrimitive } from './tagged-values.ts';

/** Where a copy of items leaves what is not JSON. */
export interface CopyTarget {
  /** Long texts, in the order of their marks. */
  readonly long: string[];
  /** The text for an instance, without its mark. Undefined where there is no rule. */
  special(value: object): string | undefined;
}

/** The names of a record, and what is known of them. */
interface Shape {
  readonly given: readonly string[];
  readonly sorted: readonly string[];
  readonly isSorted: boolean;
  /** Does a new record keep them in this order? */
  readonly isCopied: boolean;
  /** May the order of the fields in one of its values count? */
  readonly mayBeInOrder: boolean;
}

const KNOWN_SHAPES = 128;

/** A record moves a name to the front that is an index, and takes one for its prototype. */
const KEEPS_NO_PLACE = /^(\d+|__proto__)$/;

function isSorted(names: readonly string[]): boolean {
  for (let index = 1; index < names.length; index += 1)
    if ((names[index - 1] ?? '') > (names[index] ?? '')) return false;
  return true;
}

function shapeOf(given: readonly string[]): Shape {
  const isInOrder = isSorted(given);
  return {
    given,
    sorted: isInOrder ? given : [...given].sort(),
    isSorted: isInOrder,
    isCopied: !given.some((name) => KEEPS_NO_PLACE.test(name)),
    mayBeInOrder: given.some((name) => MAY_BE_IN_ORDER.has(name)),
  };
}

/** Thrown for what is written item by item, and caught by whoever asked for a copy. It is made once, because nobody reads its stack. */
export const NOT_COPIED = new Error('Not copied.');

/** Copies values so that `JSON.stringify` writes the canonical form. What it would write so anyway is not copied. */
export class RunCopier {
  readonly #target: CopyTarget;
  readonly #shapes: (Shape | undefined)[] = new Array(KNOWN_SHAPES).fill(undefined);

  constructor(target: CopyTarget) {
    this.#target = target;
  }

  /** @throws NOT_COPIED */
  copy(value: unknown, depth: number): unknown {
    if (typeof value === 'string') return this.#text(value);
    if (typeof value === 'boolean' || value === null) return value;
    if (typeof value === 'number' && Number.isFinite(value)) return value;
    if (typeof value === 'object') return this.#within(value, depth);
    if (typeof value === 'function' || typeof value === 'symbol') throw NOT_COPIED;
    return textOfPrimitive(value as number | bigint | undefined); // the other types are above
  }

  #text(text: string): string {
    if (!isLongText(text)) return escapeMark(text);
    this.#target.long.push(text);
    return longTextMark(text);
  }

  #within(value: object, depth: number): unknown {
    if (depth === 0) throw NOT_COPIED;
    const kind = valueKind(value);
    if (kind === 'array') return this.#list(value as readonly unknown[], depth - 1); // its kind says so
    if (kind === 'record') return this.#record(value as Fields, depth - 1); // its kind says so
    const text = this.#target.special(value);
    if (text === undefined) throw NOT_COPIED;
    return MARK + text;
  }

  #list(list: readonly unknown[], depth: number): readonly unknown[] {
    let copy: unknown[] | undefined;
    for (let index = 0; index < list.length; index += 1) {
      const part = this.copy(list[index], depth);
      if (copy === undefined && part !== list[index]) copy = list.slice(0, index);
      copy?.push(part);
    }
    return copy ?? list;
  }

  #record(record: Fields, depth: number): Fields {
    if (Object.getOwnPropertySymbols(record).length > 0) throw NOT_COPIED;
    const names = Object.keys(record);
    const known = this.#known(names);
    const shape = known ?? this.#remember(names);
    let isSame = shape.isSorted;
    const parts: unknown[] = [];
    for (const name of shape.sorted) {
      const given = record[name];
      const fields = shape.mayBeInOrder ? fieldsInOrder(record, name) : undefined;
      const part = fields === undefined ? this.#part(given, depth) : this.#inOrder(fields, depth);
      if (part !== given) isSame = false;
      parts.push(part);
    }
    if (isSame) return record;
    if (!shape.isCopied) throw NOT_COPIED;
    // Many records of one shape are made sooner with a prototype, and records of many shapes without.
    return assemble(known === undefined ? Object.create(null) : {}, shape.sorted, parts);
  }

  /** The wire has no field that is undefined. */
  #part(part: unknown, depth: number): unknown {
    return part === undefined ? part : this.copy(part, depth);
  }

  #inOrder(fields: Fields, depth: number): readonly unknown[] {
    if (depth === 0 || Object.getOwnPropertySymbols(fields).length > 0) throw NOT_COPIED;
    const copy: unknown[] = [IN_ORDER];
    for (const name of Object.keys(fields)) {
      const part = fields[name];
      if (part !== undefined) copy.push(name, this.copy(part, depth - 1));
    }
    return copy;
  }

  #placeOf(names: readonly string[]): number {
    const [first = '', last = ''] = [names[0], names.at(-1)];
    const hash = names.length * 31 + first.length * 7 + last.length * 3;
    return (hash + (first.codePointAt(0) ?? 0) + (last.codePointAt(0) ?? 0) * 5) % KNOWN_SHAPES;
  }

  #known(names: readonly string[]): Shape | undefined {
    const shape = this.#shapes[this.#placeOf(names)];
    return shape !== undefined && areSame(names, shape.given) ? shape : undefined;
  }

  #remember(names: readonly string[]): Shape {
    const shape = shapeOf(names);
    this.#shapes[this.#placeOf(names)] = shape;
    return shape;
  }
}

function assemble(
  record: Record<string, unknown>,
  names: readonly string[],
  parts: readonly unknown[],
): Fields {
  for (let index = 0; index < names.length; index += 1) record[names[index] ?? ''] = parts[index];
  return record;
}
