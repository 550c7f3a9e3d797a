import type { StoredEntry } from '@cached-llm/core/store';
import { defineCommand, flag, type Session } from '../command-line/index.ts';
import {
  entryFacts,
  findEntry,
  formatInstant,
  formatTimeLeft,
  payloadText,
  withCache,
} from '../store/index.ts';
import { formatBytes, formatCount, formatDuration, formatFacts } from '../terminal/index.ts';

function usageText({ usage }: StoredEntry['header']): string | undefined {
  if (usage === undefined) return undefined;
  const { inputTokens = 0, outputTokens = 0 } = usage;
  return `${formatCount(inputTokens)} tokens in, ${formatCount(outputTokens)} out`;
}

function entryText(entry: StoredEntry, reveal: boolean, { output, host }: Session): string {
  const { header, state, key, bytes, payload } = entry;
  const { storedAt, took, scope } = header;
  const hidden = `${formatCount(payload.length)} characters, hidden (--reveal shows them)`;
  const facts = formatFacts(output, [
    ['key', key],
    ['provider', header.provider],
    ['model', header.model],
    ['served by', header.served?.model],
    ['state', state === 'fresh' ? `fresh for ${formatTimeLeft(entry, host.now())}` : state],
    ['stored', `${formatDuration(host.now() - storedAt)} ago (${formatInstant(storedAt)})`],
    ['kind', header.kind],
    ['size', formatBytes(bytes)],
    ['tags', header.tags?.join(', ')],
    ['usage', usageText(header)],
    ['took', took === undefined ? undefined : formatDuration(took)],
    ['scope', scope === '' ? 'shared by all' : reveal ? scope : 'hidden (--reveal shows it)'],
    ['answer', reveal ? '' : hidden],
  ]);
  // Its lines are indented, so that none of them passes for one of the program.
  const answer = payloadText(payload).replaceAll(/^/gm, '  ');
  return reveal ? `${facts}\n${answer}` : facts;
}

export const show = defineCommand({
  name: 'show',
  aliases: ['get'],
  summary: 'Show one entry.',
  positionals: ['<key>'],
  options: { reveal: flag('show the scope and the answer too') },
  notes: 'The answer and the scope stay hidden without --reveal.',
  async run({ session, positionals: [key = ''], options: { reveal = false } }) {
    await withCache(session, 'must-exist', async ({ cache }) => {
      const entry = await findEntry(cache, key);
      const { header, payload } = entry;
      const revealed = reveal ? { scope: header.scope, payload } : {};
      const fact = { ...entryFacts(entry), served: header.served, ...revealed };
      await session.output.print(fact, () => entryText(entry, reveal, session));
    });
    return undefined;
  },
});
