import type { LlmCache } from '@cached-llm/core';
import { type InspectedRow, visibleText } from '@cached-llm/core/store';
import { defineCommand, type Session } from '../command-line/index.ts';
import { withCache } from '../store/index.ts';
import { EXIT, formatCount, formatFacts, withProgress } from '../terminal/index.ts';

const UNREADABLE =
  'is damaged, was moved from another key, or is encrypted with a secret that was not given';

type State = NonNullable<InspectedRow['entry']>['state'] | 'unreadable';

async function countStates({ host, output }: Session, cache: LlmCache) {
  const counts: Record<State, number> = {
    ...{ fresh: 0, stale: 0, fallback: 0, expired: 0, invalidated: 0 },
    unreadable: 0,
  };
  const rows = withProgress(host, { label: 'verified' }, cache.inspection.rows());
  for await (const { key, entry } of rows) {
    const state = entry?.state ?? 'unreadable';
    counts[state] += 1;
    if (state !== 'unreadable') continue;
    await output.print({ key, state }, () => `${visibleText(key)} ${UNREADABLE}.`);
  }
  return counts;
}

export const verify = defineCommand({
  name: 'verify',
  summary: 'Read every entry, and report problems.',
  notes:
    'The command exits with 1 if an entry is unreadable, expired or invalidated. An unreadable entry is damaged, was moved from another key, or is encrypted with a secret that was not given.',
  async run({ session }) {
    const { output } = session;
    const counts = await withCache(session, 'must-exist', ({ cache }) =>
      countStates(session, cache),
    );
    const { green, red } = output.colors;
    const dead = counts.expired + counts.invalidated;
    const verified = counts.unreadable === 0 && dead === 0;
    await output.print({ ...counts, verified }, () => {
      const facts = Object.entries(counts).map(
        ([state, count]) => [state, formatCount(count)] as const,
      );
      const verdict = verified
        ? green('No entry has a problem.')
        : red('Some entries have a problem.');
      const remedy = dead === 0 ? '' : ' Run prune to remove expired and invalidated entries.';
      return `${formatFacts(output, facts)}\n${verdict}${remedy}`;
    });
    return verified ? EXIT.ok : EXIT.failed;
  },
});
