import { isFields } from '../key/index.ts';

/** What a wrapped function is called in the store. */
export interface Operation {
  readonly name: string;
  /** The class of which a method is called. Undefined where no class says who answers. */
  readonly owner: object | undefined;
}

/** The operation of a call by its `this`. */
export type OperationOf = (self: unknown) => Operation;

/** Where a method was decorated. */
export interface MethodPlace {
  readonly key: PropertyKey;
  /** Does this object of a prototype chain hold the method itself? `value` is what it has under `key`. */
  isHome(holder: object, value: unknown): boolean;
}

/** Where a call looks for the method: the prototype of an instance, or the class of a static method. */
function lookedUpIn(self: unknown): object | undefined {
  if (typeof self === 'function') return self;
  const isInstance = typeof self === 'object' && self !== null && !isFields(self);
  return isInstance ? Object.getPrototypeOf(self) : undefined;
}

/** How many classes override the method between the class it is called of and its own: 1 for `super.ask()`. */
function overridesBetween(start: object, { key, isHome }: MethodPlace): number {
  let overrides = 0;
  for (let at: object | null = start; at !== null; at = Object.getPrototypeOf(at)) {
    const own = Object.getOwnPropertyDescriptor(at, key);
    if (isHome(at, own?.value)) return overrides;
    if (own !== undefined) overrides += 1;
  }
  return 0; // another decorator has replaced it
}

function operationIn(start: object, place: MethodPlace, name: string): Operation {
  const above = 'super.'.repeat(overridesBetween(start, place));
  const isStatic = typeof start === 'function';
  const owner: unknown = isStatic ? start : start.constructor;
  const owning = isStatic ? start.name : String(start.constructor?.name);
  return {
    name: `${owning}.${above}${name}`,
    owner: typeof owner === 'function' ? owner : undefined,
  };
}

/**
 * The operations of a method: its name with the class of its `this`, because two classes that inherit one method ask on
 * behalf of different things. An overridden method, which `super.ask()` calls, is another operation than the one that
 * overrides it.
 */
export function operationsOfMethod(place: MethodPlace, name: string): OperationOf {
  const known = new WeakMap<object, Operation>();
  const withoutClass: Operation = { name, owner: undefined };
  const operationOf = (self: unknown): Operation => {
    const start = lookedUpIn(self);
    if (start === undefined) return withoutClass;
    const operation = known.get(start) ?? operationIn(start, place, name);
    known.set(start, operation);
    return operation;
  };
  return (self) => {
    try {
      return operationOf(self);
    } catch {
      return withoutClass; // a Proxy may throw at each question, which fails no call
    }
  };
}
