import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import { Failure } from '../terminal/exit.ts';
import type { Output } from '../terminal/output.ts';

/** Where lines go: a file that is named, or what the program says. */
export interface LineOutlet {
  write(text: string): Promise<void>;
  close(): Promise<void>;
}

async function fileOutlet(path: string): Promise<LineOutlet> {
  // It may hold answers: they are nobody else's.
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

export async function outletOf(path: string | undefined, output: Output): Promise<LineOutlet> {
  if (path !== undefined) return fileOutlet(path);
  return { write: (text) => output.write(text), close: async () => {} };
}
