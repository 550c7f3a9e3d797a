import { randomUUID } from 'node:crypto';

type Task = () => Promise<unknown>;

const exitTasks = new Set<Task>();

let isWatching = false;

async function runExitTasks(): Promise<void> {
  const due = [...exitTasks];
  exitTasks.clear();
  await Promise.all(due.map((task) => task()));
}

/**
 * Runs `task` when the process has nothing else to do, and lets the process end after it. A killed process does not
 * run it. Returns a function that cancels it. Node is watched once, because work at the end emits the event again.
 */
export function beforeExit(task: Task): () => void {
  if (!isWatching) process.once('beforeExit', () => void runExitTasks());
  isWatching = true;
  exitTasks.add(task);
  return () => exitTasks.delete(task);
}

let ownName: string | undefined;

/** The name of this process, which no other ever has. It is made with the first cache: Workers make nothing random before a request. */
export function processName(): string {
  ownName ??= randomUUID();
  return ownName;
}
