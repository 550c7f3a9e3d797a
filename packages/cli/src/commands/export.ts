import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import { defineCommand, text } from '../command-line/index.ts';
import { entryFilter, entryOptions, withCache } from '../store/index.ts';
import { Failure, formatQuantity, jsonLine, type Output, withProgress } from '../terminal/index.ts';

interface Target {
  write(text: string): Promise<void>;
  close(): Promise<void>;
}

/** Only the owner may read the file: it holds answers. */
async function openFile(path: string): Promise<Target> {
  const file = createWriteStream(path, { mode: 0o600 });
  await once(file, 'open').catch((cause) => {
    throw new Failure(`${path} cannot be written.`, { cause });
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

export const exportCommand = defineCommand({
  name: 'export',
  summary: 'Write entries as JSON lines.',
  options: { ...entryOptions, output: text('<path>', 'write to this file instead of stdout') },
  notes:
    'Each line holds one entry and its answer. The lines are not encrypted, even if the store is: protect the file as you protect the answers. Invalidated entries are left out.',
  async run({ session, options: { output: path, ...options } }) {
    const { host, output } = session;
    await withCache(session, 'must-exist', async ({ cache }) => {
      const target = await openTarget(path, output);
      let exported = 0;
      const found = cache.inspection.entries(entryFilter(options));
      const progress = { label: 'exported', isBesideRows: path === undefined };
      for await (const { key, header, payload, state } of withProgress(host, progress, found)) {
        if (state === 'invalidated') continue;
        await target.write(`${jsonLine({ key, header, payload })}\n`);
        exported += 1;
      }
      await target.close();
      if (path === undefined) return;
      await output.print({ exported, path }, () => {
        return `Exported ${formatQuantity(exported, 'entry', 'entries')} to ${path}.`;
      });
    });
    return undefined;
  },
});
