type Task = () => Promise<unknown>;

const tasks = new Set<Task>();
let isWatching = false;

async function run(): Promise<void> {
  const due = [...tasks];
  tasks.clear();
  await Promise.all(due.map((task) => task()));
}

/**
 * Runs `task` when the process has nothing else to do, and lets it end after that; a process that is killed
 * does not. Returns how to call it off. Once in a life: what runs at the end never begins another end.
 */
export function beforeExit(task: Task): () => void {
  if (!isWatching) process.once('beforeExit', () => void run());
  isWatching = true;
  tasks.add(task);
  return () => tasks.delete(task);
}
