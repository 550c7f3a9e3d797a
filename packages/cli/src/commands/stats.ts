import { setTimeout as delay } from 'node:timers/promises';
import type { LlmCache } from '@cached-llm/core';
import { verb } from '../command-line/command.ts';
import { oneOf, span, toggle } from '../command-line/options.ts';
import type { Session } from '../command-line/session.ts';
import { withCache } from '../store/open.ts';
import { groupText, summaryText } from './stats-text.ts';

const GROUPS = ['model', 'provider', 'day'] as const;
const CLEAR_SCREEN = '\u001b[2J\u001b[H';

async function tell(
  { output }: Session,
  cache: LlmCache,
  group: (typeof GROUPS)[number] | undefined,
) {
  const ledger = await cache.ledger();
  const { processes, total } = ledger;
  const by = (each: (typeof GROUPS)[number]) => ledger.by(each);
  const fact =
    group === undefined
      ? { processes, ...total, byModel: by('model'), byDay: by('day') }
      : { processes, by: group, rows: by(group) };
  await output.say(fact, () =>
    group === undefined ? summaryText(output, ledger) : groupText(output, ledger, group),
  );
}

export const stats = verb({
  name: 'stats',
  summary: 'Show what was asked, and what was saved.',
  notes:
    'Counts of every process that shares the store and the namespace, as they wrote them down.',
  flags: {
    by: oneOf('<group>', GROUPS, 'a row for each'),
    watch: toggle('again and again, until Ctrl-C'),
    interval: span('--interval', 'between two looks (default 2s)'),
  },
  async run({ session, given: { by, watch = false, interval = 2_000 } }) {
    const { host, output } = session;
    const { signal } = host;
    await withCache(session, 'look', async ({ cache }) => {
      if (!watch) return tell(session, cache, by);
      while (!signal.aborted) {
        if (host.stdout.isTTY === true && !output.isJson) await output.write(CLEAR_SCREEN);
        await tell(session, cache, by);
        // The wait ends at once when the user has seen enough: that is no failure.
        await delay(interval, undefined, { signal }).catch(() => {});
      }
    });
    return undefined;
  },
});
