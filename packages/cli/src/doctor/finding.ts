import { visibleText } from '@cached-llm/core/store';
import { type Output, wrapped } from '../terminal/index.ts';

/** One thing that was looked at. */
export interface Finding {
  readonly name: string;
  /** False where it can be the reason that nothing is cached. */
  readonly healthy: boolean;
  /** What was seen, in whole sentences. */
  readonly found: string;
  /** What to do. Absent where nothing has to be done. */
  readonly remedy?: string | undefined;
}

export const fine = (name: string, found: string): Finding => ({ name, healthy: true, found });

export const problem = (name: string, found: string, remedy: string): Finding => ({
  ...{ name, healthy: false, found },
  remedy,
});

const NAME_WIDTH = 12;
const INDENT = ' '.repeat(3 + NAME_WIDTH);

/** The finding as a mark, its name and its sentences, with the remedy on lines of its own. */
export function findingText({ name, healthy, found, remedy }: Finding, output: Output): string {
  const { green, red, bold } = output.colors;
  const lines = wrapped(visibleText(found), output.width - INDENT.length);
  const remedies =
    remedy === undefined ? [] : wrapped(`→ ${visibleText(remedy)}`, output.width - INDENT.length);
  const mark = healthy ? green('✓') : red('✗');
  const head = `${mark}  ${bold(name)}${' '.repeat(Math.max(1, NAME_WIDTH - name.length))}`;
  return [...lines, ...remedies].map((line, at) => (at === 0 ? head : INDENT) + line).join('\n');
}
