/** A line of one text or of both. */
export interface DiffLine {
  readonly kind: 'same' | 'removed' | 'added';
  readonly text: string;
}

/** More lines than this are not compared one by one, because the time grows with their square. */
const MOST_LINES = 1_500;

/** The length of the longest common part of what follows each pair of lines. */
function commonLengths(one: readonly string[], other: readonly string[]): readonly Uint16Array[] {
  const lengths = Array.from({ length: one.length + 1 }, () => new Uint16Array(other.length + 1));
  for (let at = one.length - 1; at >= 0; at -= 1) {
    const [row = lengths[0], below] = [lengths[at], lengths[at + 1]];
    for (let to = other.length - 1; to >= 0; to -= 1) {
      const isSame = one[at] === other[to];
      const longest = Math.max(below?.[to] ?? 0, row?.[to + 1] ?? 0);
      row?.fill(isSame ? (below?.[to + 1] ?? 0) + 1 : longest, to, to + 1);
    }
  }
  return lengths;
}

function* changedLines(one: readonly string[], other: readonly string[]): Generator<DiffLine> {
  const lengths = commonLengths(one, other);
  let [at, to] = [0, 0];
  while (at < one.length || to < other.length) {
    const [text = '', otherText = ''] = [one[at], other[to]];
    if (at < one.length && to < other.length && text === otherText) {
      yield { kind: 'same', text };
      at += 1;
      to += 1;
    } else if (to >= other.length || (at < one.length && isLonger(lengths, at, to))) {
      yield { kind: 'removed', text };
      at += 1;
    } else {
      yield { kind: 'added', text: otherText };
      to += 1;
    }
  }
}

const isLonger = (lengths: readonly Uint16Array[], at: number, to: number) =>
  (lengths[at + 1]?.[to] ?? 0) >= (lengths[at]?.[to + 1] ?? 0);

function commonStart(one: readonly string[], other: readonly string[]): number {
  const at = one.findIndex((line, index) => line !== other[index]);
  return at < 0 ? one.length : at;
}

/**
 * The lines of two texts: those that both have, in their order, and those that only one has. Undefined where the texts
 * differ in too many lines.
 */
export function lineDiff(one: string, other: string): readonly DiffLine[] | undefined {
  const [lines, others] = [one.split('\n'), other.split('\n')];
  const start = commonStart(lines, others);
  const [rest, otherRest] = [lines.slice(start), others.slice(start)];
  const end = commonStart(rest.toReversed(), otherRest.toReversed());
  const middle = [rest.slice(0, rest.length - end), otherRest.slice(0, otherRest.length - end)];
  const [changed = [], otherChanged = []] = middle;
  if (Math.max(changed.length, otherChanged.length) > MOST_LINES) return undefined;
  const same = (text: string): DiffLine => ({ kind: 'same', text });
  return [
    ...lines.slice(0, start).map(same),
    ...changedLines(changed, otherChanged),
    ...rest.slice(rest.length - end).map(same),
  ];
}
