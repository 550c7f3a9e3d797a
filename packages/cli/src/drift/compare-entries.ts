import type { Entry } from '@cached-llm/core/store';
import { type AnswerShape, shapeOf } from './answer-shape.ts';

/** One thing in which a new answer differs from the recorded one. */
export interface Change {
  /** `field`: the path or the kind of a value. `usage`: tokens, which differ from call to call. */
  readonly of: 'field' | 'finish-reason' | 'tool' | 'model' | 'usage';
  /** Of a field, where it is; of a usage, what was counted. */
  readonly name?: string | undefined;
  /** Absent where there was nothing. */
  readonly was?: string | undefined;
  /** Absent where there is nothing any more. */
  readonly is?: string | undefined;
}

/** Is it a change of what a program relies on? Tokens are not. */
export const isDrift = ({ of }: Change) => of !== 'usage';

const listed = (words: ReadonlySet<string> = new Set()) =>
  words.size === 0 ? undefined : [...words].sort().join(', ');

function changed(of: Change['of'], was: string | undefined, is: string | undefined): Change[] {
  return was === is ? [] : [{ of, was, is }];
}

/** What is in a list or an object that is new, or gone, is so with it. */
function isInside(path: string, others: readonly string[]): boolean {
  return others.some(
    (other) => path !== other && path.startsWith(other) && /^[.[]/.test(path.slice(other.length)),
  );
}

function fieldChanges(before: AnswerShape, after: AnswerShape): readonly Change[] {
  const paths = [...new Set([...before.fields.keys(), ...after.fields.keys()])].sort();
  const changes = paths.flatMap((name): Change[] => {
    const [was, is] = [listed(before.fields.get(name)), listed(after.fields.get(name))];
    return was === is ? [] : [{ of: 'field', name, was, is }];
  });
  const oneSided = changes.filter(({ was, is }) => was === undefined || is === undefined);
  const tops = oneSided.map(({ name = '' }) => name);
  return changes.filter(({ name = '' }) => !isInside(name, tops));
}

function usageChanges({ header: before }: Entry, { header: after }: Entry): readonly Change[] {
  const counts = ['inputTokens', 'outputTokens'] as const;
  return counts.flatMap((name): Change[] => {
    const [was, is] = [before, after].map(({ usage }) => usage?.[name]?.toString());
    return was === is ? [] : [{ of: 'usage', name, was, is }];
  });
}

/** In what a new answer differs from the recorded one: first what a program relies on, then the usage. */
export function changesBetween(before: Entry, after: Entry): readonly Change[] {
  const [one, other] = [shapeOf(before), shapeOf(after)];
  return [
    ...changed('model', before.header.served?.model, after.header.served?.model),
    ...changed('finish-reason', listed(one.finishReasons), listed(other.finishReasons)),
    ...changed('tool', listed(one.tools), listed(other.tools)),
    ...fieldChanges(one, other),
    ...usageChanges(before, after),
  ];
}
