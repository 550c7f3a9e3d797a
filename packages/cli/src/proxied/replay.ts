import { defineCommand } from '../command-line/index.ts';
import { EXIT, Failure, formatQuantity, type Host } from '../terminal/index.ts';
import {
  fixtureOptions,
  folderOf,
  isFolder,
  type OpenedFixtures,
  openFixtures,
  settled,
  unrecordedLines,
} from './fixtures.ts';
import { endLike, type ProxiedEnd, runProxied } from './proxied-command.ts';
import { noRequest, printReport } from './report.ts';
import { type Settings, settingsOf } from './settings.ts';

/** A key that no provider sees, for each provider whose answers are recorded: without one, no client can be made. */
async function placeholders({ cache }: OpenedFixtures, { environment }: Host) {
  const { placeholderKeys } = await import('@cached-llm/testing/fixtures');
  const providers = new Set<string>();
  for await (const { header } of cache.inspection.entries()) providers.add(header.provider);
  return placeholderKeys(environment, providers.size > 0 ? providers : undefined);
}

const REMEDY = 'To record them, run the same command with record in the place of replay.';

function checkFolder(folder: string, { session }: Settings): void {
  if (!isFolder(folder, session))
    throw new Failure(`There are no fixtures in ${folder}. ${REMEDY}`);
}

/** What was asked for that no cache can hold, such as a list of models. */
function notCalledLines(operations: readonly string[]): string {
  const lines = [...new Set(operations)].map(
    (each) => `\n  ${each}: no fixture can hold its answer.`,
  );
  return lines.join('');
}

/** What the replay says at its end. A request without a fixture fails it, even if the program ignored the error. */
async function reportOf({ folder, calls, cache }: OpenedFixtures, end: ProxiedEnd) {
  const { requests, notCalled } = end;
  const { hits } = cache.stats();
  const unrecorded = calls.take();
  const facts = { folder, requests, answered: hits, unrecorded, notCalled };
  if (requests === 0) return { facts, text: noRequest('no fixture was used') };
  const first = `${formatQuantity(hits, 'request')} answered from the fixtures in ${folder}.`;
  const lines = (await unrecordedLines(unrecorded)) + notCalledLines(notCalled);
  if (lines === '') return { facts, text: first };
  return { facts, text: `${first}\nRequests without a fixture:${lines}\n${REMEDY}` };
}

export const replay = defineCommand({
  name: 'replay',
  summary: 'Run a command whose LLM calls come from fixtures alone.',
  positionals: ['<command...>'],
  takesCommand: true,
  options: fixtureOptions,
  notes:
    'No provider is called, and no key is needed: a key that is missing gets a placeholder. A request without a fixture gets the status 406, which no SDK tries again. At the end, stderr lists these with the nearest fixture and the fields that differ. The exit code is 1 then, also if the command itself ended with 0.',
  async run({ session: given, positionals: words, options }) {
    const settings = await settingsOf(given, options);
    const { session, upstreams } = settings;
    checkFolder(folderOf(options, settings), settings);
    const opened = await openFixtures(settings, options, { mode: 'replay', readOnly: true });
    const { cache } = opened;
    try {
      const variables = await placeholders(opened, session.host);
      const end = await runProxied({ words, cache, upstreams, variables }, session.host);
      await settled();
      const { facts, text } = await reportOf(opened, end);
      const isComplete = facts.unrecorded.length === 0 && facts.notCalled.length === 0;
      const own = endLike(end.ended, session.host);
      const code = own === EXIT.ok && !isComplete ? EXIT.failed : own;
      await printReport(session, { facts: { ...facts, code }, text }, options.report);
      return code;
    } finally {
      await cache.close();
    }
  },
});
