type Parts = readonly (readonly [name: string, value: unknown])[];

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

function show(value: unknown): string {
  if (!isObject(value)) return typeof value === 'string' ? JSON.stringify(value) : String(value);
  return Object.getPrototypeOf(value)?.constructor?.name ?? 'an object of no class';
}

/** The contents of an object whose fields show nothing. */
function contentOf(value: object): string | undefined {
  if (value instanceof Date) return String(value.getTime());
  if (ArrayBuffer.isView(value))
    return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64');
  return value instanceof URL ? value.href : undefined;
}

/** SDKs keep the id of the request here. A hit has another one, or none: the id of another's request is not its own. */
const REQUEST_ID = '_request_id';

/** The fields of an object with the hidden ones: they belong to a response too, and copying loses them. */
function partsOf(value: object): Parts {
  if (value instanceof Map || value instanceof Headers) {
    return [...value].map(([name, content]) => [`get(${name})`, content]);
  }
  return Object.getOwnPropertyNames(value).map((name) => {
    if (name === REQUEST_ID) return [name, 'any'];
    const isHidden = !Object.prototype.propertyIsEnumerable.call(value, name);
    return [isHidden && name !== 'length' ? `${name} (hidden)` : name, Reflect.get(value, name)];
  });
}

function partDifferences(
  path: string,
  [live, other]: readonly [object, object],
  seen: WeakSet<object>,
): string[] {
  const expected = new Map(partsOf(live));
  const actual = new Map(partsOf(other));
  return [...new Set([...expected.keys(), ...actual.keys()])].flatMap((name) => {
    if (!actual.has(name)) return [`${path}.${name} is missing`];
    if (!expected.has(name)) return [`${path}.${name} is too much`];
    return compare(`${path}.${name}`, [expected.get(name), actual.get(name)], seen);
  });
}

function compare(path: string, [live, other]: readonly unknown[], seen: WeakSet<object>): string[] {
  if (Object.is(live, other)) return [];
  if (typeof live === 'function' && typeof other === 'function') return [];
  const unequal = [`${path} is ${show(other)} instead of ${show(live)}`];
  if (!isObject(live) || !isObject(other)) return unequal;
  if (Object.getPrototypeOf(live) !== Object.getPrototypeOf(other)) return unequal;
  if (seen.has(live)) return [];
  seen.add(live);
  const content = contentOf(live);
  if (content === undefined) return partDifferences(path, [live, other], seen);
  return content === contentOf(other) ? [] : [`${path} has other contents`];
}

/**
 * Where `other` differs from `live`: in a value, in a class, in a field that is hidden or missing. Methods are not
 * compared; `inspect` does that. The list is empty if a caller cannot tell the two apart.
 */
export function differences(live: unknown, other: unknown): string[] {
  return compare('it', [live, other], new WeakSet());
}
