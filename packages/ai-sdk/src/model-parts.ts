import { types } from 'node:util';
import { digest } from '@cached-llm/core/adapter';

/** A function of the model that says what is sent where: it is called, and what it returns is in the key. */
const ENDPOINT = /^(config\.|settings\.|options\.)?(base_?url|url|endpoint|host)$/i;

const HEADERS = /^(config\.|settings\.|options\.)?headers$/;

/** What no answer depends on, by its place in the model object. */
const NEUTRAL = new Set([
  ...['provider', 'modelId', 'specificationVersion'], // in the key by themselves
  ...['supportedUrls', 'config.supportedUrls', 'supportsImageUrls'], // which files the AI SDK loads before the call
  ...['maxEmbeddingsPerCall', 'supportsParallelCalls'], // how the AI SDK splits values into calls
  ...['generateId', 'config.generateId'], // names parts that the provider does not name
  ...['chunkSchema', 'failedResponseHandler', 'config.errorStructure'], // how the answer and errors are read
  ...['config.o11yHeaders', 'config.webSocket'], // traces of the AI Gateway; of transcription
]);

/** Says who asks, as `authorization` does: no key contains it. */
const CREDENTIAL =
  /^(api_?key|auth_?token|access_?(token|key_?id)|secret_?(access_?)?key|session_?token|password|credentials)$/i;

/** Functions that an official provider makes by itself and that depend on nothing but what is in the key. */
const OWN_FUNCTIONS: readonly (readonly [provider: RegExp, place: RegExp])[] = [
  [/^(amazon-)?bedrock\b/, /^config\.(fetch|buildRequestUrl|transformRequestBody)$/], // signs: vercel/ai packages/amazon-bedrock
  [/^(google)?vertex\.anthropic\b/i, /^config\.(buildRequestUrl|transformRequestBody)$/], // packages/google-vertex
  [/^(fireworks|cerebras)\./, /^config\.transformRequestBody$/], // packages/fireworks, packages/cerebras
];

/** Fields that only the class can read, as they are written and as compilers write them. */
const PRIVATE = /\bthis\.#|__private(Get|In)\b|_?_classPrivateField/;

/** What a model object contains. */
export interface ModelParts {
  readonly model: Model;
  readonly endpoints: unknown[];
  readonly headers: unknown[];
  /** Where each object stands, so that a second visit ends. */
  readonly places: Map<object, string>;
  /** The place of the first part that cannot be read. */
  unreadable?: string | undefined;
  settings?: unknown;
}

/** What models of every kind and of every specification have. */
export interface Model {
  readonly provider: string;
  readonly modelId: string;
  readonly specificationVersion?: unknown;
}

function isOwnFunction({ provider }: Model, place: string): boolean {
  return OWN_FUNCTIONS.some(([of, at]) => of.test(provider) && at.test(place));
}

/** The AI SDK adapts a model of an older specification by a Proxy that says the newer version. Any other Proxy may do anything. */
function isForeignProxy(value: object): boolean {
  if (!types.isProxy(value)) return false;
  const own = Object.getOwnPropertyDescriptor(value, 'specificationVersion')?.value;
  return own === undefined || own === (value as Partial<Model>).specificationVersion;
}

/** The classes of an instance, the one of the object first. */
function classesOf(value: object): readonly unknown[] {
  const prototype: object | null = Object.getPrototypeOf(value);
  if (prototype === null || Object.getPrototypeOf(prototype) === null) return [];
  return [prototype.constructor, ...classesOf(prototype)];
}

/** Has this instance only fields that can be seen? What is native keeps its own where nobody sees them. */
const isOpen = (value: object) =>
  classesOf(value).every((each) => {
    const code = String(each);
    return !PRIVATE.test(code) && !code.includes('[native code]');
  });

const isCanonical = (value: object) =>
  types.isDate(value) || value instanceof URL || types.isUint8Array(value);

/** The code of a class that inherits: an override changes what is sent. */
function codeOf(value: object): string | undefined {
  const [own, ...inherited] = classesOf(value);
  return inherited.length === 0 ? undefined : digest([own, ...inherited].join('\n'));
}

function readObject(value: object, place: string, found: ModelParts): unknown {
  const before = found.places.get(value);
  if (before !== undefined) return { sameAs: before };
  found.places.set(value, place);
  if (isCanonical(value)) return value;
  if (isForeignProxy(value)) return cannotRead(place, found);
  if (Array.isArray(value)) return value.map((item, at) => read(item, `${place}.${at}`, found));
  if (!isOpen(value)) return cannotRead(place, found);
  const start = place === '' ? '' : `${place}.`;
  // Also what is not enumerable: a method that was put over the one of the class is hidden so.
  const parts = Object.getOwnPropertyNames(value).map((name) => [
    name,
    readField(Reflect.get(value, name), `${start}${name}`, found),
  ]);
  const given = parts.filter(([, part]) => part !== undefined);
  const code = codeOf(value);
  if (code !== undefined) given.push(['class', code]);
  return given.length === 0 ? undefined : Object.fromEntries(given);
}

function cannotRead(place: string, found: ModelParts): undefined {
  found.unreadable ??= place;
}

/** What stands at a place that has a meaning of its own is taken out of the settings. */
function readField(value: unknown, place: string, found: ModelParts): unknown {
  if (value === undefined || NEUTRAL.has(place)) return undefined;
  const isCredential = CREDENTIAL.test(place.slice(place.lastIndexOf('.') + 1));
  if (isCredential || isOwnFunction(found.model, place)) return undefined;
  if (value === globalThis.fetch) return undefined;
  if (ENDPOINT.test(place)) return void found.endpoints.push(value);
  if (HEADERS.test(place)) return void found.headers.push(value);
  return read(value, place, found);
}

function read(value: unknown, place: string, found: ModelParts): unknown {
  if (typeof value === 'object' && value !== null) return readObject(value, place, found);
  return typeof value === 'function' || typeof value === 'symbol'
    ? cannotRead(place, found)
    : value;
}

const known = new WeakMap<Model, ModelParts>();

/** All parts of a model, by what they are for. */
export function partsOf(model: Model): ModelParts {
  const before = known.get(model);
  if (before !== undefined) return before;
  const found: ModelParts = { model, endpoints: [], headers: [], places: new Map() };
  found.settings = read(model, '', found);
  known.set(model, found);
  return found;
}
