import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import type { LlmCache } from '@cached-llm/core';
import type { StoredEntry } from '@cached-llm/core/store';
import { defineCommand, type Session, text } from '../command-line/index.ts';
import { entryFilter, entryOptions, exportLine, findEntry, withCache } from '../store/index.ts';
import {
  fileFailure,
  formatQuantity,
  type Output,
  UsageFailure,
  withProgress,
} from '../terminal/index.ts';

interface Target {
  write(text: string): Promise<void>;
  close(): Promise<void>;
}

/** Only the owner may read the file: it holds answers. */
async function openFile(path: string): Promise<Target> {
  const file = createWriteStream(path, { mode: 0o600 });
  await once(file, 'open').catch((cause) => {
    throw fileFailure(`${path} cannot be written`, cause);
  });
  return {
    async write(text) {
      if (!file.write(text)) await once(file, 'drain');
    },
    async close() {
      file.end();
      await finished(file);
    },
  };
}

async function openTarget(path: string | undefined, output: Output): Promise<Target> {
  if (path !== undefined) return openFile(path);
  return { write: (text) => output.write(text), close: async () => {} };
}

async function* entriesOf(cache: LlmCache, keys: readonly string[]) {
  for (const key of keys) yield await findEntry(cache, key);
}

/** Returns how many entries it wrote. */
async function writeAll(
  { host, output }: Session,
  path: string | undefined,
  entries: AsyncIterable<StoredEntry>,
): Promise<number> {
  const target = await openTarget(path, output);
  const progress = { label: 'exported', isBesideRows: path === undefined };
  let exported = 0;
  for await (const entry of withProgress(host, progress, entries)) {
    if (entry.state === 'invalidated') continue;
    await target.write(`${exportLine(entry)}\n`);
    exported += 1;
  }
  await target.close();
  return exported;
}

export const exportCommand = defineCommand({
  name: 'export',
  summary: 'Write entries as JSON lines.',
  positionals: ['[keys...]'],
  options: { ...entryOptions, output: text('<path>', 'write to this file instead of stdout') },
  notes:
    'Each line holds one entry and its answer. The lines are not encrypted, even if the store is: protect the file as you protect the answers. Invalidated entries are left out.',
  async run({ session, positionals: keys, options: { output: path, ...options } }) {
    if (keys.length > 0 && Object.keys(options).length > 0)
      throw new UsageFailure('Write either keys, or options that select entries.');
    await withCache(session, 'must-exist', async ({ cache }) => {
      const found =
        keys.length > 0 ? entriesOf(cache, keys) : cache.inspection.entries(entryFilter(options));
      const exported = await writeAll(session, path, found);
      if (path === undefined) return;
      await session.output.print({ exported, path }, () => {
        return `Exported ${formatQuantity(exported, 'entry', 'entries')} to ${path}.`;
      });
    });
    return undefined;
  },
});
