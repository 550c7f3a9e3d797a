import { lstat, open, rm } from 'node:fs/promises';
import { unusable } from './unusable-file.ts';

/** Milliseconds after which the process that held the lock must have died. */
const LOCK_LIFE = 10_000;

/** A lock is an empty file. Anything else of its name is not of this store. */
async function removeOldLock(lock: string): Promise<void> {
  const status = await lstat(lock).catch(() => undefined); // it may be released now
  if (status === undefined) return;
  if (!status.isFile() || status.size > 0)
    throw unusable('NOT_A_STORE_FILE', `${lock} is no lock of this store.`);
  if (Date.now() - status.mtimeMs > LOCK_LIFE) await rm(lock, { force: true });
}

/** @throws what the file system says, where a lock cannot be made */
async function takesLock(lock: string): Promise<boolean> {
  try {
    await (await open(lock, 'wx', 0o600)).close();
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error; // thrown by the file system
    await removeOldLock(lock);
    return false;
  }
}

/**
 * Runs `task` if no other process makes or renames the file at `path`. Each process that does either asks here.
 * @throws what the file system says, and {@link UnusableFileError} where another file has the name of the lock
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
