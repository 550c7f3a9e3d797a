import { AsyncLocalStorage } from 'node:async_hooks';

/** The keys of the calls that the running code is a part of. */
const ledKeys = new AsyncLocalStorage<readonly string[]>();

let runningCalls = 0;

/** Runs `call`, which calls the provider for the entries of `keys`, until it settles or `signal` fires. */
export async function runAsCallFor<Value>(
  keys: readonly string[],
  signal: AbortSignal,
  call: () => Promise<Value>,
): Promise<Value> {
  let isRunning = true;
  const end = () => {
    if (isRunning) runningCalls -= 1;
    isRunning = false;
    // Before Node.js 24 the storage slows down every promise of the process for as long as it is in use.
    if (runningCalls === 0) ledKeys.disable();
  };
  runningCalls += 1;
  signal.addEventListener('abort', end, { once: true }); // the call may never settle
  try {
    return await ledKeys.run([...(ledKeys.getStore() ?? []), ...keys], call);
  } finally {
    signal.removeEventListener('abort', end);
    end();
  }
}

/** The key of the innermost call that the running code is a part of. */
export function innermostKey(): string | undefined {
  return ledKeys.getStore()?.at(-1);
}

/** Does this code run inside a call for the same key? A call that joined its own flight would wait for itself. */
export function isInsideCallFor(key: string): boolean {
  return runningCalls > 0 && (ledKeys.getStore()?.includes(key) ?? false);
}
