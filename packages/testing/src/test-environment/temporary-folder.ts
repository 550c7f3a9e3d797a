import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface TemporaryFolder {
  readonly path: string;
  /** Removes the folder and all that is in it. As often as you like. */
  remove(): Promise<void>;
}

/** A new folder, empty and nobody else's. */
export async function temporaryFolder(): Promise<TemporaryFolder> {
  const path = await mkdtemp(join(tmpdir(), 'cached-llm-'));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}
