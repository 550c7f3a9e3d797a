import { type CallIdentity, isFields } from './call-identity.ts';
import { canonicalText } from './canonical.ts';
import { type DigestTree, foldedDigest, shortDigest } from './digest-tree.ts';
import { valueKind } from './value-kind.ts';

/**
 * What a call identity is made of, by path (`request.messages.1.content`), each as a short digest: enough to
 * say where two requests differ, and no text of either.
 */
export type FieldDigests = Readonly<Record<string, string>>;

/** What does not fit is folded into the digest of what it stands in. */
const MOST = 64;

// The name of a dictionary's field may be a user's text: what has one is told as a whole.
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

function treeOf(value: unknown): DigestTree {
  const parts = partsOf(value);
  if (parts.length === 0 || parts.length > MOST) return shortDigest(canonicalText(value));
  return new Map(parts.map(([name, part]) => [name, treeOf(part)]));
}

type Told = readonly [path: string, tree: DigestTree];

function partsUnder([path, tree]: Told): readonly Told[] {
  if (typeof tree === 'string') return [];
  return [...tree].map(([name, part]) => [path === '' ? name : `${path}.${name}`, part]);
}

/** From the top down, as long as there is room: what stands high in a request says most. */
function spread(root: DigestTree): FieldDigests {
  const queue: Told[] = [['', root]];
  const digests: [string, string][] = [];
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    const parts = partsUnder(next);
    const isWhole = parts.length === 0 || digests.length + queue.length + parts.length > MOST;
    if (isWhole) digests.push([next[0], foldedDigest(next[1])]);
    else queue.push(...parts);
  }
  return Object.fromEntries(digests);
}

/**
 * At most 64 of them, whatever the request.
 *
 * @throws {NotCanonical} as the key does, for a request that has none.
 */
export function fieldDigests(identity: CallIdentity): FieldDigests {
  // In the key, too, the form only says that it is either.
  return spread(treeOf({ ...identity, form: identity.form === undefined ? undefined : 'any' }));
}
