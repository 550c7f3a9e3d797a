const pending = new Set<() => void>();

let isWatching = false;

function writePending(): void {
  for (const write of pending) {
    try {
      write();
    } catch {
      // The store is locked or full. The entry is lost, as without this attempt.
    }
  }
}

/** Calls `write`, which is synchronous, if the process ends by `process.exit()` before `writing` has settled. */
export function writeAtExit(writing: Promise<unknown>, write: () => void): void {
  if (!isWatching) process.on('exit', writePending);
  isWatching = true;
  pending.add(write);
  const end = (): void => {
    pending.delete(write);
  };
  writing.then(end, end);
}
