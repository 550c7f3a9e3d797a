import { branchOf, type DigestBranch, type DigestTree, foldedDigest } from './digest-tree.ts';
import type { FieldDigests } from './field-digests.ts';

type Path = readonly string[];

/** The places where two trees differ: as deep as both of them tell. */
function differences(one: DigestTree, other: DigestTree, path: Path): readonly Path[] {
  if (typeof one === 'string' || typeof other === 'string') {
    return foldedDigest(one) === foldedDigest(other) ? [] : [path];
  }
  const names = new Set([...one.keys(), ...other.keys()]);
  return [...names].flatMap((name) => at(one, other, [...path, name]));
}

function at(one: DigestBranch, other: DigestBranch, path: Path): readonly Path[] {
  const name = path.at(-1) ?? '';
  const [first, second] = [one.get(name), other.get(name)];
  return first === undefined || second === undefined ? [path] : differences(first, second, path);
}

/** As a programmer writes it: `messages[1].content`. */
function written(path: Path): string {
  const shown = path.length > 1 && path[0] === 'request' ? path.slice(1) : path;
  return shown
    .map((name) => (/^\d+$/.test(name) ? `[${name}]` : `.${name}`))
    .join('')
    .replace(/^\./, '');
}

/** Where two requests differ: `['model', 'messages[1].content']`. Names of fields, never what they hold. */
export function differingFields(one: FieldDigests, other: FieldDigests): readonly string[] {
  const paths = differences(branchOf(one), branchOf(other), []);
  return [...new Set(paths.map(written))];
}
