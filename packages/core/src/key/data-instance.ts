import { types } from 'node:util';

/** The code of a class that may keep something beside its fields: in private names, or in a map to which it hands `this`. */
const KEEPS_MORE = /#|\[native code\]|[(,]\s*this\s*[,)]/;

/** Public fields, as compilers and the mapped types of NestJS define them. */
const DEFINES_FIELDS =
  /\b(?:\w*define_?property|__publicField|inheritPropertyInitializers)\(this/gi;

const textOfFunction = Function.prototype.toString; // a class may have a `toString` of its own

const known = new WeakMap<object, boolean>();

function isOpen(owning: object): boolean {
  const before = known.get(owning);
  if (before !== undefined) return before;
  const text = textOfFunction.call(owning).replace(DEFINES_FIELDS, '');
  const isIt = !KEEPS_MORE.test(text);
  known.set(owning, isIt);
  return isIt;
}

/** Have the instances no members, and does the code of the class and of those above it say that they have nothing but fields? */
function hasOnlyFields(prototype: object | null): boolean {
  if (prototype === null) return false;
  const above: object | null = Object.getPrototypeOf(prototype);
  if (above === null) return prototype.constructor?.name === 'Object';
  if (Reflect.ownKeys(prototype).length > 1 || !Object.hasOwn(prototype, 'constructor'))
    return false;
  return isOpen(prototype.constructor) && hasOnlyFields(above);
}

/**
 * Is it an instance of a class of fields alone, such as the body of a request that NestJS made of its class? Whoever gets it
 * can read its fields and the name of its class, and nothing else.
 */
export function isDataInstance(value: object): boolean {
  if (types.isProxy(value)) return false;
  const names = Reflect.ownKeys(value);
  const isField = (name: PropertyKey) => {
    const field = Object.getOwnPropertyDescriptor(value, name);
    return typeof name === 'string' && field?.enumerable === true && 'value' in field;
  };
  return names.length > 0 && names.every(isField) && hasOnlyFields(Object.getPrototypeOf(value));
}
