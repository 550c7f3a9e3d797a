import { type Change, isDrift } from './compare-entries.ts';
import type { Compared } from './comparing-store.ts';

const WORDS: Readonly<Record<Change['of'], string>> = {
  field: 'field',
  'finish-reason': 'finish reason',
  tool: 'tools called',
  model: 'model served',
  usage: 'usage',
};

function changeText({ of, name, was, is }: Change): string {
  const what = [WORDS[of], name].filter((part) => part !== undefined).join(' ');
  if (was === undefined) return `${what} is new: ${is}`;
  return is === undefined ? `${what} is gone: ${was}` : `${what} was ${was}, and is ${is}`;
}

/** A line for each fixture, and one for each change of it below. */
export function driftText(compared: readonly Compared[]): string {
  const lines = compared.map(({ fixture, provider, model, changes }) => {
    const title = fixture ?? [provider, model].filter(Boolean).join(' · ');
    if (fixture === undefined) return `  ? ${title}: no fixture to compare it with`;
    const mark = changes.some(isDrift) ? '✗' : '✓';
    const below = changes.map((change) => `\n      ${changeText(change)}`);
    return `  ${mark} ${title}${below.join('')}`;
  });
  return lines.join('\n');
}
