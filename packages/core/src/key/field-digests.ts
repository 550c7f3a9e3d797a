import type { CallIdentity } from './call-identity.ts';
import { digest, fieldsInOrder } from './canonical-rules.ts';
import { isFields, valueKind } from './fields.ts';
import { canonicalText } from './fingerprint.ts';

/** The short digest of a part of a request, or the digests of the parts in it. */
type DigestTree = string | DigestBranch;

interface DigestBranch extends ReadonlyMap<string, DigestTree> {}

/** 48 bits, so that two different fields have one digest once in 10^14 times. */
const DIGEST_LENGTH = 8;

function shortDigest(text: string): string {
  return digest(text).slice(0, DIGEST_LENGTH);
}

/** One digest for a branch. It does not depend on how deep the branch goes, so a branch can be compared with its own digest. */
function combinedDigest(tree: DigestTree): string {
  if (typeof tree === 'string') return tree;
  const parts = [...tree].map(([name, part]) => `${name}:${combinedDigest(part)}`);
  return shortDigest(parts.sort().join('\n'));
}

/** The tree of digests that are given by paths such as `messages.0.content`. */
function digestTreeOf(digests: Readonly<Record<string, unknown>>): DigestBranch {
  const root = new Map<string, DigestTree>();
  for (const [path, value] of Object.entries(digests)) {
    const names = path.split('.');
    const last = names.pop() ?? '';
    innermost(root, names).set(last, String(value));
  }
  return root;
}

function innermost(root: Map<string, DigestTree>, names: readonly string[]) {
  let branch = root;
  for (const name of names) {
    const found = branch.get(name);
    const next = found instanceof Map ? found : new Map<string, DigestTree>();
    branch.set(name, next);
    branch = next;
  }
  return branch;
}

/**
 * The parts of a call identity by path (`request.messages.1.content`), each as a short digest. They show where two requests
 * differ, and hold no text of either.
 */
export type FieldDigests = Readonly<Record<string, string>>;

/** Parts beyond this number are combined into the digest of the part that they stand in. */
const MAX_FIELDS = 64;

// The name of a field may be a user's text. A record with such a name has one digest as a whole.
const NAME = /^[A-Za-z_$][A-Za-z_$-]{0,39}$/;

type Named = readonly (readonly [name: string, value: unknown])[];

function partsOf(value: unknown): Named {
  if (Array.isArray(value) && valueKind(value) === 'array') {
    return value.map((part: unknown, index) => [String(index), part]);
  }
  const named = isFields(value) ? Object.entries(value) : [];
  const given = named.filter(([, part]) => part !== undefined);
  return given.every(([name]) => NAME.test(name)) ? given : [];
}

/** The name of a part that is the order of the others. It is no name of a field. */
const ORDER = '';

/** The order of the fields of a JSON Schema is a part of its own. */
function partDigest(record: unknown, name: string, part: unknown): DigestTree {
  const fields = isFields(record) ? fieldsInOrder(record, name) : undefined;
  const tree = digestTree(part);
  if (fields === undefined) return tree;
  if (typeof tree === 'string')
    return shortDigest(canonicalText({ type: 'object', [name]: fields }));
  return new Map([...tree, [ORDER, shortDigest([...tree.keys()].join('\n'))]]);
}

function digestTree(value: unknown): DigestTree {
  const parts = partsOf(value);
  if (parts.length === 0 || parts.length > MAX_FIELDS) return shortDigest(canonicalText(value));
  return new Map(parts.map(([name, part]) => [name, partDigest(value, name, part)]));
}

type PathAndTree = readonly [path: string, tree: DigestTree];

function partsUnder([path, tree]: PathAndTree): readonly PathAndTree[] {
  if (typeof tree === 'string') return [];
  return [...tree].map(([name, part]) => [path === '' ? name : `${path}.${name}`, part]);
}

/** From the top down, as long as there is room, because the upper parts of a request say most about it. */
function spread(root: DigestTree): FieldDigests {
  const queue: PathAndTree[] = [['', root]];
  const digests: [string, string][] = [];
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    const parts = partsUnder(next);
    const isWhole = parts.length === 0 || digests.length + queue.length + parts.length > MAX_FIELDS;
    if (isWhole) digests.push([next[0], combinedDigest(next[1])]);
    else queue.push(...parts);
  }
  return Object.fromEntries(digests);
}

/**
 * The digests of a request's parts: at most 64 of them.
 *
 * @throws {NotCanonicalError} for a request that has no key.
 */
export function fieldDigests(identity: CallIdentity): FieldDigests {
  // As in the key, both forms of cross mode are one.
  return spread(digestTree({ ...identity, form: identity.form === undefined ? undefined : 'any' }));
}

type Path = readonly string[];

const EMPTY_RECORD = shortDigest(canonicalText({}));

/** A record without parts beside one with parts differs in each of them, such as in `headers.openai-beta`. */
const opened = (tree: DigestTree, beside: DigestTree): DigestTree =>
  tree === EMPTY_RECORD && typeof beside !== 'string' ? new Map() : tree;

/** The paths at which two trees differ, as deep as both of them go. */
function differences(first: DigestTree, second: DigestTree, path: Path): readonly Path[] {
  const [one, other] = [opened(first, second), opened(second, first)];
  if (typeof one === 'string' || typeof other === 'string') {
    return combinedDigest(one) === combinedDigest(other) ? [] : [path];
  }
  const names = new Set([...one.keys(), ...other.keys()]);
  const found = [...names].flatMap((name) => at(one, other, [...path, name]));
  // Where fields differ, their order does so as well.
  const isOrder = (each: Path) => each.length === path.length + 1 && each.at(-1) === ORDER;
  return found.every(isOrder) ? found : found.filter((each) => !isOrder(each));
}

function at(one: DigestBranch, other: DigestBranch, path: Path): readonly Path[] {
  const name = path.at(-1) ?? '';
  const [first, second] = [one.get(name), other.get(name)];
  return first === undefined || second === undefined ? [path] : differences(first, second, path);
}

/** The path as a programmer writes it: `messages[1].content`. */
function dotted(path: Path): string {
  const shown = path.length > 1 && path[0] === 'request' ? path.slice(1) : path;
  return shown
    .filter((name) => name !== ORDER)
    .map((name) => (/^\d+$/.test(name) ? `[${name}]` : `.${name}`))
    .join('')
    .replace(/^\./, '');
}

/** The fields in which two requests differ, such as `['model', 'messages[1].content']`. It never says what they hold. */
export function differingFields(one: FieldDigests, other: FieldDigests): readonly string[] {
  const paths = differences(digestTreeOf(one), digestTreeOf(other), []);
  return [...new Set(paths.map(dotted))];
}
