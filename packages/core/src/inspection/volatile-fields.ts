import type { CacheEventEmitter } from '../events/index.ts';
import { BoundedMap, type CallIdentity, digest, isFields, valueKind } from '../key/index.ts';

/** What can be said of a field without its value: does it look like an id or a time, or is it what is asked? */
type FieldKind = 'volatile' | 'question' | 'other';

interface FieldDigest {
  readonly digest: string;
  readonly kind: FieldKind;
}

/** The fields of one request by path, with one path for the same field of all items of a list. It holds no text of the request. */
type RequestDigests = ReadonlyMap<string, FieldDigest>;

/** 48 bits, so that two different values have one digest once in 10^14 times. */
const DIGEST_LENGTH = 8;

/** A larger request is not examined. */
const MAX_LEAVES = 2_000;

/** Of a longer text, the start, the end and the length are compared. */
const MAX_TEXT = 4_096;

// The name of a field may be a user's text, such as a telephone number, and an event shows it. A record with such a name is
// one field as a whole.
const NAME = /^(?!(.*\d){4})[A-Za-z_$][\w$-]{0,39}$/;

/** Fields that hold what is asked, or name what is asked about: to ignore one of them would give all questions one answer. */
const QUESTION =
  /^(content|contents|text|texts|prompt|inputs?|query|queries|question|documents?|instructions|system|messages?|arguments|args|output|data|ur[il]|image_url|(file|document|doc|image|video|audio|page|item|product|article|record|ticket|order|customer|company)_?(ids?|ur[il])|file(Uri|Data)|file_data)$/i;

/**
 * Words of tracing, in the parts of a name: `run_id`, `parentSpanId`, `createdAt`. Ids of other things, a date and a seed
 * are not among them, because they may name what is asked about.
 */
const VOLATILE_NAME =
  /(^|_)(session|trace|request|run|span|correlation|invocation|execution|conversation|thread|checkpoint)(_(id|uuid|info))?$|(^|_)(timestamp|nonce|(created|updated|sent|requested|started)_at)$|^(uuid|guid|ulid)$/;
const NOTES = /(^|\.)(metadata|meta|telemetry|trac(e|ing))\./;

/** The id of a message, or of a part of one. */
const MESSAGE_ID = /^request\.(messages|input|contents)\.\*\.([\w.*-]+\.)?id$/;

function snakeCase(name: string): string {
  return name
    .replaceAll(/([a-z\d])([A-Z])/g, '$1_$2')
    .replaceAll('-', '_')
    .toLowerCase();
}

const isProse = (value: unknown) => typeof value === 'string' && /\s\S*\s/.test(value);

function kindOf(path: string, name: string, value: unknown): FieldKind {
  if (path.startsWith('headers.')) return 'volatile';
  if (QUESTION.test(name)) return 'question';
  const isNamed = NOTES.test(path) || MESSAGE_ID.test(path) || VOLATILE_NAME.test(snakeCase(name));
  if (path.startsWith('request.') && isNamed && !isProse(value)) return 'volatile';
  return typeof value === 'string' && /\s/.test(value) ? 'question' : 'other';
}

/**
 * Does a field look like an id, a time or tracing by its name? What is asked, or names what is asked about, does not.
 *
 * @param path as `differingFields` gives it: `metadata.run_id`, `messages[0].id`, `headers.x-build`
 */
export function isVolatileName(path: string): boolean {
  const names = path.replaceAll(/\[\d+\]/g, '.*');
  const name = names.slice(names.lastIndexOf('.') + 1);
  return (
    kindOf(names.startsWith('headers.') ? names : `request.${names}`, name, undefined) ===
    'volatile'
  );
}

function textOf(value: unknown): string {
  if (typeof value !== 'string') return typeof value === 'object' ? shapeOf(value) : String(value);
  if (value.length <= MAX_TEXT) return value;
  return `${value.length}:${value.slice(0, MAX_TEXT / 2)}${value.slice(-MAX_TEXT / 2)}`;
}

/** What has no fields that an event may name: bytes, a date, an empty list, a record with names of the user's. */
function shapeOf(value: object | null): string {
  return ArrayBuffer.isView(value) ? String(value.byteLength) : JSON.stringify(value);
}

type Part = readonly [segment: string, name: string, value: unknown];

function partsOf(value: unknown): readonly Part[] {
  if (Array.isArray(value) && valueKind(value) === 'array') {
    return value.map((item: unknown, index) => ['*', String(index), item]);
  }
  const fields = isFields(value) ? Object.entries(value) : [];
  const isNameable = fields.every(([name]) => NAME.test(name));
  return isNameable ? fields.map(([name, field]) => [name, name, field]) : [];
}

interface Leaves {
  kind: FieldKind;
  text: string;
}

/** Gathers the leaves of a request by path. */
class LeafWalk {
  readonly byPath = new Map<string, Leaves>();
  count = 0;

  /** @param where the place with its indices, so that two items that change places are a difference */
  visit(value: unknown, path: string, where: string): void {
    if (value === undefined || this.count > MAX_LEAVES) return;
    const parts = partsOf(value);
    for (const [segment, name, part] of parts) {
      this.visit(part, path === '' ? segment : `${path}.${segment}`, `${where}.${name}`);
    }
    if (parts.length === 0) this.#add(value, path, where);
  }

  #add(value: unknown, path: string, where: string): void {
    this.count += 1;
    const kind = kindOf(path, path.slice(path.lastIndexOf('.') + 1), value);
    const leaves = this.byPath.get(path) ?? { kind, text: '' };
    if (leaves.kind !== kind) leaves.kind = 'other';
    leaves.text += `${where}=${typeof value}:${textOf(value)}\n`;
    this.byPath.set(path, leaves);
  }
}

/** Undefined for a request that is too large. */
function digestsOf(identity: CallIdentity): RequestDigests | undefined {
  const walk = new LeafWalk();
  walk.visit(identity, '', '');
  if (walk.count > MAX_LEAVES) return undefined;
  const digests = [...walk.byPath].map(([path, { kind, text }]) => {
    return [path, { kind, digest: digest(text).slice(0, DIGEST_LENGTH) }] as const;
  });
  return new Map(digests);
}

/** The one path at which two requests differ. Undefined where they differ in more, or in nothing. */
function onlyDifference(one: RequestDigests, other: RequestDigests): string | undefined {
  if (one.size !== other.size) return undefined;
  let found: string | undefined;
  for (const [path, field] of one) {
    const counterpart = other.get(path);
    if (counterpart?.digest === field.digest) continue;
    if (counterpart === undefined || found !== undefined) return undefined;
    found = path;
  }
  return found;
}

function isQuestionBeside(digests: RequestDigests, volatilePath: string): boolean {
  return [...digests].some(([path, { kind }]) => kind === 'question' && path !== volatilePath);
}

const KEPT_MISSES = 8;
const MAX_FIELDS = 32;

/** The last misses of one model. */
class ModelMisses {
  #last: readonly RequestDigests[] = [];
  #count = 0;
  readonly #reported = new Set<string>();

  /** The first 32 misses are examined, then 8 in 64, and later 8 in 512: most models miss because each question is new. */
  isNextExamined(): boolean {
    this.#count += 1;
    return this.#count <= 32 || this.#count % (this.#count <= 1_024 ? 64 : 512) < 8;
  }

  /** The path of a field that was not reported before, and that had three values in requests that are equal otherwise. */
  add(digests: RequestDigests): string | undefined {
    const paths = this.#last.map((earlier) => onlyDifference(digests, earlier));
    const found = paths.find((path, place) =>
      this.#hasThreeValues(digests, paths, { path, place }),
    );
    this.#last = [digests, ...this.#last].slice(0, KEPT_MISSES);
    if (found === undefined || this.#reported.size >= MAX_FIELDS) return undefined;
    this.#reported.add(found);
    return found;
  }

  #hasThreeValues(
    digests: RequestDigests,
    paths: readonly (string | undefined)[],
    { path, place }: { readonly path: string | undefined; readonly place: number },
  ): boolean {
    if (path === undefined || this.#reported.has(path)) return false;
    if (digests.get(path)?.kind !== 'volatile' || !isQuestionBeside(digests, path)) return false;
    const valueIn = (earlier: number) => this.#last[earlier]?.get(path)?.digest;
    return paths.some((other, index) => other === path && valueIn(index) !== valueIn(place));
  }
}

const MAX_MODELS = 32;

const missesOf = new WeakMap<CacheEventEmitter, BoundedMap<string, ModelMisses>>();

function modelMisses(events: CacheEventEmitter, { provider, model }: CallIdentity): ModelMisses {
  const models = missesOf.get(events) ?? new BoundedMap<string, ModelMisses>(MAX_MODELS);
  missesOf.set(events, models);
  const name = `${provider.length} ${provider} ${model ?? ''}`;
  const known = models.get(name);
  if (known !== undefined) return known;
  const misses = new ModelMisses();
  models.set(name, misses);
  return misses;
}

/** Counts a miss, and says whether it is to be examined. */
export function isExamined(events: CacheEventEmitter, identity: CallIdentity): boolean {
  return modelMisses(events, identity).isNextExamined();
}

/**
 * Compares a miss with the last misses of its model. Where they differ in one field only, and it looks like an id or a time,
 * no such request can be a hit: one event names the field.
 */
export function findVolatileField(events: CacheEventEmitter, identity: CallIdentity): void {
  const digests = digestsOf(identity);
  const path = digests && modelMisses(events, identity).add(digests);
  if (path === undefined) return;
  const field = path.replace(/^request\./, '');
  const { provider, model } = identity;
  const remedy = `The last requests differ in this field only, so that none was a hit. If no answer depends on it, write ignore: ['${field}'].`;
  events.emit('volatile-field', { provider, model, field, remedy });
}
