import type { FixtureStore } from '@cached-llm/testing/fixtures';
import type { OptionValues } from '../command-line/index.ts';
import { ComparingStore, driftText, isDrift } from '../drift/index.ts';
import { EXIT, type ExitCode, Failure, formatQuantity } from '../terminal/index.ts';
import {
  type fixtureOptions,
  folderOf,
  isFolder,
  type OpenedFixtures,
  openFixtures,
  settled,
  unrecordedLines,
} from './fixtures.ts';
import { endLike, runProxied } from './proxied-command.ts';
import { noRequest, printReport } from './report.ts';
import type { Settings } from './settings.ts';

interface Found {
  readonly opened: OpenedFixtures;
  readonly compared: ReturnType<ComparingStore['compared']>;
  readonly requests: number;
}

const REMEDY = 'To record them, run the same command without --compare.';

/** What the comparison says at its end. */
async function reportOf({ opened, compared, requests }: Found) {
  const { folder, store, calls } = opened;
  const known = compared.filter(({ fixture }) => fixture !== undefined);
  const changed = known.filter(({ changes }) => changes.some(isDrift)).length;
  const [unrecorded, unused] = [calls.take(), store.unused()];
  const facts = { folder, requests, compared, changed, unrecorded, unused };
  if (requests === 0) return { facts, text: noRequest('no fixture was compared') };
  const first = `${formatQuantity(known.length, 'fixture')} of ${folder} compared, ${changed} changed.`;
  const lines = await unrecordedLines(unrecorded);
  const errors = lines === '' ? '' : `\nThese have no new answer:${lines}`;
  const notAsked = unused.map((name) => `\n  ${name}`).join('');
  const rest = notAsked === '' ? '' : `\nNo request used these fixtures:${notAsked}`;
  return { facts, text: [first, driftText(compared)].filter(Boolean).join('\n') + errors + rest };
}

/** The fixtures, which are only read, and the store that compares with them. */
async function openComparison(settings: Settings, options: OptionValues<typeof fixtureOptions>) {
  const folder = folderOf(options, settings);
  if (!isFolder(folder, settings.session)) {
    throw new Failure(`There are no fixtures in ${folder} to compare with. ${REMEDY}`);
  }
  const made: ComparingStore[] = [];
  const over = (store: FixtureStore) => {
    const comparing = new ComparingStore(store);
    made.push(comparing);
    return comparing;
  };
  const plan = { mode: 'refresh', readOnly: true, admitsAll: true, over } as const;
  const opened = await openFixtures(settings, options, plan);
  return { opened, compared: () => made.flatMap((each) => each.compared()) };
}

/** Runs a command whose requests are all made anew, and compares their answers with the fixtures, which stay as they are. */
export async function compare(
  settings: Settings,
  words: readonly string[],
  options: OptionValues<typeof fixtureOptions>,
): Promise<ExitCode> {
  const { session, upstreams } = settings;
  const { opened, compared } = await openComparison(settings, options);
  const { cache } = opened;
  try {
    const { ended, requests } = await runProxied({ words, cache, upstreams }, session.host);
    await settled();
    const { facts, text } = await reportOf({ opened, compared: compared(), requests });
    const own = endLike(ended, session.host);
    const code = own === EXIT.ok && facts.changed > 0 ? EXIT.changed : own;
    await printReport(session, { facts: { ...facts, code }, text }, options.report);
    return code;
  } finally {
    await cache.close();
  }
}
