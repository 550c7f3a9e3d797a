import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { createLlmCache, type LlmCache, type Mode } from '@cached-llm/core';
import type { Store } from '@cached-llm/core/store';
import type { FixtureStore, UnrecordedCall, UnrecordedCalls } from '@cached-llm/testing/fixtures';
import { type OptionValues, oneOf, type Session, text, texts } from '../command-line/index.ts';
import { UsageFailure } from '../terminal/index.ts';
import { reportOption } from './report.ts';
import { type Settings, upstreamOptions } from './settings.ts';

const PACES = ['instant', 'recorded'] as const;
type Pace = (typeof PACES)[number];

/** The options of the commands that work on a folder of fixtures. */
export const fixtureOptions = {
  folder: text('<path>', 'folder of the fixtures (default __llm__)'),
  pace: oneOf('<pace>', PACES, 'how fast streams are replayed'),
  ...upstreamOptions,
  report: reportOption,
} as const;

export const scrubOption = texts('<text>', 'text that no fixture may contain; repeatable');

const FOLDER = '__llm__';

/** A folder of fixtures, and a cache over it. */
export interface OpenedFixtures {
  readonly cache: LlmCache;
  readonly store: FixtureStore;
  /** The folder, as a person writes it. */
  readonly folder: string;
  readonly calls: UnrecordedCalls;
}

interface FixturePlan {
  readonly mode: Mode;
  readonly readOnly: boolean;
  readonly scrub?: readonly string[] | undefined;
  /** The store of the cache, over that of the fixtures. @default that of the fixtures */
  readonly over?: ((store: FixtureStore) => Store) | undefined;
  /** Stores also what is not worth storing, so that it can be compared. @default false */
  readonly admitsAll?: boolean | undefined;
}

/** The folder that the command line or the file of settings names. */
export function folderOf(options: OptionValues<typeof fixtureOptions>, { file }: Settings): string {
  return options.folder ?? file.folder ?? FOLDER;
}

export function isFolder(folder: string, { host }: Session): boolean {
  return existsSync(resolve(host.folder, folder));
}

/** @throws {UsageFailure} where the file of settings names a pace that does not exist */
function paceOf(
  { pace }: OptionValues<typeof fixtureOptions>,
  { file }: Settings,
): Pace | undefined {
  if (pace !== undefined || file.pace === undefined) return pace;
  const found = PACES.find((each) => each === file.pace);
  if (found !== undefined) return found;
  throw new UsageFailure(
    `pace cannot be ${JSON.stringify(file.pace)}. Write ${PACES.join(' or ')}.`,
  );
}

/**
 * Opens the fixtures of `@cached-llm/testing`. The environment of the caller decides nothing, so that they are found
 * again on another machine.
 *
 * @throws {LlmCacheError} `FIXTURE_FOLDER` where the folder is to be written, and cannot be
 */
export async function openFixtures(
  settings: Settings,
  options: OptionValues<typeof fixtureOptions>,
  plan: FixturePlan,
): Promise<OpenedFixtures> {
  const { fixtureStore, UnrecordedCalls: Calls } = await import('@cached-llm/testing/fixtures');
  const { host, globals } = settings.session;
  const { mode, readOnly, scrub, over = (store) => store, admitsAll = false } = plan;
  const folder = folderOf(options, settings);
  const store = fixtureStore(resolve(host.folder, folder), { scrub, readOnly, now: host.now });
  const cache = createLlmCache({
    store: over(store),
    mode,
    namespace: globals.namespace,
    replay: paceOf(options, settings),
    explain: true,
    storeTimeout: '30s',
    now: host.now,
    admit: admitsAll ? () => true : undefined,
  });
  return { cache, store, folder, calls: new Calls(cache, store) };
}

/** Resolves when everything is written that a cache writes after an answer. */
export const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

/** A line for each call, and a line for all calls that are alike. */
export async function unrecordedLines(calls: readonly UnrecordedCall[]): Promise<string> {
  const { unrecordedText } = await import('@cached-llm/testing/fixtures');
  const counts = new Map<string, number>();
  for (const line of calls.map(unrecordedText)) counts.set(line, (counts.get(line) ?? 0) + 1);
  const lines = [...counts].map(([line, count]) => (count > 1 ? `${line} (${count} times)` : line));
  return lines.map((line) => `\n  ${line}`).join('');
}
