import { LlmCacheError } from '@cached-llm/core';
import { ago, defineCommand, type Session } from '../command-line/index.ts';
import {
  maskedUrl,
  type OpenedCache,
  resolvedUrl,
  sqlitePath,
  storeUrl,
  withCache,
} from '../store/index.ts';
import { EXIT, Failure, formatQuantity } from '../terminal/index.ts';
import { checkClock, checkFields, checkNamespace, checkUnreadable, sampleOf } from './entries.ts';
import { checkEnvironment } from './environment.ts';
import { type Finding, findingText, fine, problem } from './finding.ts';
import { checkProject } from './project.ts';
import { checkRequests } from './requests.ts';
import { checkDriver, checkFile } from './store-file.ts';

const DEFAULT_SINCE = 86_400_000;

/** A store that suits nobody, such as one that does not answer, is a finding and no error. */
function asFinding(error: unknown): readonly Finding[] {
  const isKnown = error instanceof Failure || error instanceof LlmCacheError;
  if (!isKnown) throw error;
  const [found = '', remedy] = error.message.split(/(?<=[.!?]) (?=[A-Z])(.*)/s);
  const how =
    'Correct the address of the store, or let it run. Your program has to use the same one.';
  return [problem('store', found, remedy || how)];
}

async function checkEviction({ store }: OpenedCache): Promise<readonly Finding[]> {
  const advice = await store.advice?.();
  if (advice === undefined) return [];
  const [found = '', remedy = ''] = advice.split(/(?<=\.) (?=Use )/);
  const how = 'Set it: redis-cli CONFIG SET maxmemory-policy allkeys-lfu.';
  return [problem('eviction', found, `${remedy} ${how}`.trim())];
}

/** What the opened store says. Nothing is written to it. */
async function checkOpened(
  session: Session,
  opened: OpenedCache,
  since: number,
): Promise<readonly Finding[]> {
  const sample = await sampleOf(opened, session.host.now());
  const ledger = await opened.cache.ledger({ since });
  return [
    fine('store', `${opened.url} answers.`),
    ...(await checkEviction(opened)),
    await checkNamespace(session, opened, sample),
    ...checkUnreadable(sample),
    checkClock(sample, ledger.ahead),
    checkFields(sample),
    ...checkRequests(ledger, sample, since),
  ];
}

/** What is wrong before the store is opened. A store is opened only where it is there. */
async function checkUnopened(session: Session, url: string): Promise<readonly Finding[]> {
  if (!url.startsWith('sqlite:')) return [];
  const path = sqlitePath(url, session.host.folder);
  return [...(await checkDriver()), ...(path === undefined ? [] : await checkFile(path))];
}

async function checkStore(session: Session, since: number): Promise<readonly Finding[]> {
  const given = await storeUrl(session);
  if (given.startsWith('memory:')) {
    const found = `${maskedUrl(given)} is the memory of one process: its answers end with it.`;
    return [problem('store', found, 'Name a store that stays, such as sqlite:./llm.db.')];
  }
  const store = resolvedUrl(given, session.host.folder);
  const before = await checkUnopened(session, store);
  if (before.some(({ healthy }) => !healthy)) return before;
  const named = { ...session, globals: { ...session.globals, store: given } };
  const opened = await withCache(named, 'must-exist', (opened) =>
    checkOpened(named, opened, since),
  ).catch(asFinding);
  return [...before, ...opened];
}

export const doctor = defineCommand({
  name: 'doctor',
  summary: 'Find out why nothing is cached.',
  notes:
    'The command looks at the environment, the SDKs of the project in this folder, the store, its entries and what was counted, and says what to do about each problem. It only reads, and it counts as no use. It exits with 1 if it finds a problem.',
  options: { since: ago('judge the requests of this last time (default 1d)') },
  async run({ session, options: { since = DEFAULT_SINCE } }) {
    const { output, host } = session;
    const findings = [
      ...(await checkEnvironment(host)),
      ...(await checkProject(host.folder)),
      ...(await checkStore(session, since).catch(asFinding)),
    ];
    const problems = findings.filter((finding) => !finding.healthy).length;
    const healthy = problems === 0;
    await output.print({ healthy, findings }, () => {
      const texts = findings.map((finding) => findingText(finding, output));
      const end = healthy
        ? 'No problem was found.'
        : `${formatQuantity(problems, 'problem')} found.`;
      return [...texts, '', output.colors.bold(end)].join('\n');
    });
    return healthy ? EXIT.ok : EXIT.failed;
  },
});
