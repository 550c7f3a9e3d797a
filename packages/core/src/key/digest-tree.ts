import { digest } from './digest.ts';

/** What stands under a name, as a short digest, or as what is under it in turn. */
export type DigestTree = string | DigestBranch;
export interface DigestBranch extends ReadonlyMap<string, DigestTree> {}

/** 48 bits: two fields that differ and look equal are one in 10^14. */
const SHORT = 8;

export function shortDigest(text: string): string {
  return digest(text).slice(0, SHORT);
}

/** One digest for a branch, the same whatever of it is kept apart: a branch can be compared with its own digest. */
export function foldedDigest(tree: DigestTree): string {
  if (typeof tree === 'string') return tree;
  const parts = [...tree].map(([name, part]) => `${name}:${foldedDigest(part)}`);
  return shortDigest(parts.sort().join('\n'));
}

/** The branch that paths such as `messages.0.content` speak of. */
export function branchOf(digests: Readonly<Record<string, unknown>>): DigestBranch {
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
