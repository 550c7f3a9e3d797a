import { open, rm, stat } from 'node:fs/promises';

/** Milliseconds after which the process that held the lock must have died. */
const LOCK_LIFE = 10_000;

async function takesLock(lock: string): Promise<boolean> {
  try {
    await (await open(lock, 'wx', 0o600)).close();
    return true;
  } catch {
    const { mtimeMs } = await stat(lock).catch(() => ({ mtimeMs: Date.now() }));
    if (Date.now() - mtimeMs > LOCK_LIFE) await rm(lock, { force: true });
    return false;
  }
}

/**
 * Runs `task` if no other process makes or renames the file at `path`. Each process that does either asks here.
 * @returns what the task returned, or nothing if another process is at it
 */
export async function withFileLock<Result>(
  path: string,
  task: () => Promise<Result>,
): Promise<Result | undefined> {
  const lock = `${path}.quarantine`;
  if (!(await takesLock(lock))) return undefined;
  try {
    return await task();
  } finally {
    await rm(lock, { force: true });
  }
}
