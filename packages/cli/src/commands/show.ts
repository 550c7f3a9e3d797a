import type { StoredEntry } from '@cached-llm/core';
import { verb } from '../command-line/command.ts';
import { toggle } from '../command-line/options.ts';
import type { Session } from '../command-line/session.ts';
import { entryFacts, instantText } from '../store/facts.ts';
import { foundEntry } from '../store/find.ts';
import { withCache } from '../store/open.ts';
import { readablePayload } from '../store/readable-payload.ts';
import { shownCount, shownSize, shownSpan } from '../terminal/format.ts';
import { factsText } from '../terminal/table.ts';
import { leftText } from './entry-table.ts';

const ago = (entry: StoredEntry, now: number) =>
  `${shownSpan(now - entry.header.storedAt)} ago (${instantText(entry.header.storedAt)})`;

function usageText({ usage }: StoredEntry['header']): string | undefined {
  if (usage === undefined) return undefined;
  const { inputTokens = 0, outputTokens = 0 } = usage;
  return `${shownCount(inputTokens)} tokens in, ${shownCount(outputTokens)} out`;
}

function shownText(entry: StoredEntry, reveal: boolean, { output, host }: Session): string {
  const { header, state, key, bytes, payload } = entry;
  const hidden = `${shownCount(payload.length)} characters, hidden: --reveal shows them`;
  const facts = factsText(output, [
    ['key', key],
    ['provider', header.provider],
    ['model', header.model],
    ['served by', header.served?.model],
    ['state', state === 'fresh' ? `fresh, ${leftText(entry, host.now())} left` : state],
    ['stored', ago(entry, host.now())],
    ['kind', header.kind],
    ['size', shownSize(bytes)],
    ['tags', header.tags?.join(', ')],
    ['used', usageText(header)],
    ['took', header.took === undefined ? undefined : shownSpan(header.took)],
    ['scope', header.scope === '' ? 'shared by all' : reveal ? header.scope : 'hidden'],
    ['answer', reveal ? '' : hidden],
  ]);
  return reveal ? `${facts}\n${readablePayload(payload)}` : facts;
}

export const show = verb({
  name: 'show',
  summary: 'Show one entry, its answer hidden.',
  words: ['<key>'],
  flags: { reveal: toggle('with its scope and its answer') },
  async run({ session, words: [word = ''], given: { reveal = false } }) {
    await withCache(session, 'look', async ({ cache }) => {
      const entry = await foundEntry(cache, word);
      const { header, payload } = entry;
      const revealed = reveal ? { scope: header.scope, payload } : {};
      const fact = { ...entryFacts(entry), served: header.served, ...revealed };
      await session.output.say(fact, () => shownText(entry, reveal, session));
    });
    return undefined;
  },
});
