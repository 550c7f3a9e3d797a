import type { InspectedRow, LlmCache } from '@cached-llm/core';
import { verb } from '../command-line/command.ts';
import type { Session } from '../command-line/session.ts';
import { withCache } from '../store/open.ts';
import { EXIT } from '../terminal/exit.ts';
import { shownCount } from '../terminal/format.ts';
import { factsText } from '../terminal/table.ts';
import { watched } from '../terminal/watched.ts';

const HINT = 'damaged, moved from another key, or sealed with a secret that was not given';

type State = NonNullable<InspectedRow['entry']>['state'] | 'unreadable';
type Counts = Record<State, number>;

async function countStates(session: Session, cache: LlmCache): Promise<Counts> {
  const { output } = session;
  const counts = { fresh: 0, stale: 0, fallback: 0, expired: 0, invalidated: 0, unreadable: 0 };
  for await (const { key, entry } of watched(
    session,
    { label: 'verified' },
    cache.inspection.rows(),
  )) {
    const state = entry?.state ?? 'unreadable';
    counts[state] += 1;
    if (state === 'unreadable') await output.say({ key, state }, () => `${key} is ${HINT}`);
  }
  return counts;
}

export const verify = verb({
  name: 'verify',
  summary: 'Check every entry, one by one.',
  notes:
    'An entry is well that can be read, opens with the secrets given, lies under its own key and has not expired or been invalidated. Exit 1 where one is not.',
  async run({ session }) {
    const counts = await withCache(session, 'look', ({ cache }) => countStates(session, cache));
    const { green, red } = session.output.colors;
    const dead = counts.expired + counts.invalidated;
    const isWell = counts.unreadable === 0 && dead === 0;
    await session.output.say({ ...counts, verified: isWell }, () => {
      const facts = Object.entries(counts).map(
        ([state, count]) => [state, shownCount(count)] as const,
      );
      const verdict = isWell ? green('Every entry is well.') : red('Not every entry is well.');
      const remedy = dead === 0 ? '' : ' prune removes what has expired.';
      return `${factsText(session.output, facts)}\n${verdict}${remedy}`;
    });
    return isWell ? EXIT.ok : EXIT.failed;
  },
});
