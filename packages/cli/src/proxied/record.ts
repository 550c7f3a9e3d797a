import { defineCommand, flag, type OptionValues } from '../command-line/index.ts';
import { EXIT, type ExitCode, formatQuantity, UsageFailure } from '../terminal/index.ts';
import { compare } from './compare.ts';
import {
  fixtureOptions,
  type OpenedFixtures,
  openFixtures,
  scrubOption,
  settled,
  unrecordedLines,
} from './fixtures.ts';
import { endLike, runProxied } from './proxied-command.ts';
import { noRequest, printReport } from './report.ts';
import { type Settings, settingsOf } from './settings.ts';

const recordOptions = {
  ...fixtureOptions,
  scrub: scrubOption,
  refresh: flag('record everything anew, also what has a fixture'),
  prune: flag('remove the fixtures that no request used'),
  compare: flag('ask anew, change no fixture, and say what differs'),
} as const;
type RecordOptions = OptionValues<typeof recordOptions>;

interface Recorded {
  readonly opened: OpenedFixtures;
  readonly requests: number;
  /** The names of the files that were written. */
  readonly written: readonly string[];
  readonly pruning: Pruning;
}

/** What becomes of fixtures that no request used. A command that failed may have ended before it asked for them. */
type Pruning = 'off' | 'on' | 'command-failed';

const OUTCOMES: Readonly<Record<Pruning, string>> = {
  off: 'To remove them, add --prune.',
  on: 'They were removed.',
  'command-failed': 'They were not removed, because the command failed.',
};

function pruningOf({ prune }: RecordOptions, code: ExitCode): Pruning {
  if (prune !== true) return 'off';
  return code === EXIT.ok ? 'on' : 'command-failed';
}

function unusedText(names: readonly string[], pruning: Pruning): string {
  if (names.length === 0) return '';
  const outcome = OUTCOMES[pruning];
  const lines = names.map((name) => `\n  ${name}`);
  return `\nNo request used these fixtures:${lines.join('')}\n${outcome}`;
}

async function unrecordedText(calls: ReturnType<OpenedFixtures['calls']['take']>) {
  if (calls.length === 0) return '';
  const lines = await unrecordedLines(calls);
  return `\nThese could not be recorded, and replay refuses them:${lines}`;
}

/** What the recording says at its end. A fixture that another run has just made looks like one that nobody uses. */
async function reportOf({ opened, requests, written, pruning }: Recorded) {
  const { store, folder, calls, cache } = opened;
  const unrecorded = calls.take();
  const isUsed = requests > 0;
  const isPruned = pruning === 'on';
  const unused = isPruned && isUsed ? store.prune() : store.unused();
  const { hits } = cache.stats();
  const facts = { folder, requests, written, answered: hits, unrecorded, unused, isPruned };
  if (!isUsed) return { facts, text: noRequest('nothing was recorded') };
  const before = hits === 0 ? '' : ` ${formatQuantity(hits, 'request')} had one already.`;
  const first = `${formatQuantity(written.length, 'fixture')} written to ${folder}.${before}`;
  return {
    facts,
    text: first + (await unrecordedText(unrecorded)) + unusedText(unused, pruning),
  };
}

async function recordAll(
  settings: Settings,
  words: readonly string[],
  options: RecordOptions,
): Promise<ExitCode> {
  const { session, upstreams, file } = settings;
  const mode = options.refresh ? 'refresh' : 'read-write';
  const scrub = [...(file.scrub ?? []), ...(options.scrub ?? [])];
  const opened = await openFixtures(settings, options, { mode, readOnly: false, scrub });
  const { cache, store } = opened;
  const written = new Set<string>();
  cache.on('stored', ({ key }) => written.add(store.nameOf(key) ?? key));
  try {
    const { ended, requests } = await runProxied({ words, cache, upstreams }, session.host);
    await settled();
    const code = endLike(ended, session.host);
    const pruning = pruningOf(options, code);
    const report = await reportOf({ opened, requests, written: [...written], pruning });
    await printReport(session, { ...report, facts: { ...report.facts, code } }, options.report);
    return code;
  } finally {
    await cache.close();
  }
}

/** What writes makes no sense beside a comparison, which writes nothing. */
function checkComparison({ refresh, prune, scrub }: RecordOptions): void {
  const given = [refresh && '--refresh', prune && '--prune', scrub && '--scrub'].filter(Boolean);
  if (given.length === 0) return;
  throw new UsageFailure(`--compare changes no fixture. Leave out ${given.join(' and ')}.`);
}

export const record = defineCommand({
  name: 'record',
  summary: 'Run a command, and store the answers it gets as fixtures.',
  positionals: ['<command...>'],
  takesCommand: true,
  options: recordOptions,
  notes:
    'Each answer becomes one readable file, without secrets, to commit. What has a fixture is answered from it. --compare asks the providers for everything anew and says, fixture by fixture, what changed: fields, finish reasons, tools called, the model that answered, and usage. It exits with 3 if anything but usage changed, and the command itself ended with 0.',
  async run({ session, positionals: words, options }) {
    const settings = await settingsOf(session, options);
    if (!options.compare) return recordAll(settings, words, options);
    checkComparison(options);
    return compare(settings, words, options);
  },
});
