import { setMaxListeners } from 'node:events';

/** Milliseconds: 24.8 days. Node.js fires a timer at once that is set for longer. */
const LONGEST_TIMER = 2 ** 31 - 1;

/** Does the process stay alive while the timer runs? The word is Node.js's own. */
interface TimerOptions {
  readonly ref?: boolean | undefined;
}

/**
 * Calls `task` once, after any number of milliseconds; `Infinity` is never. Returns a function that cancels it. The
 * clock is that of the moment of the call, so that fake timers of a test are seen whenever they were installed.
 *
 * @param options by default, the timer keeps no process alive
 */
export function startTimer(
  milliseconds: number,
  task: () => void,
  { ref = false }: TimerOptions = {},
): () => void {
  const clear = clearTimeout; // fake timers that are installed meanwhile do not know this timer
  let timer: NodeJS.Timeout;
  const wait = (left: number): void => {
    const part = Math.min(left, LONGEST_TIMER);
    timer = setTimeout(() => (left > part ? wait(left - part) : task()), part);
    if (!ref) timer.unref?.(); // outside of Node.js a timer may be a number
  };
  wait(milliseconds);
  return () => clear(timer);
}

/** Calls `task` again and again. Returns a function that ends this. It keeps no process alive. */
export function startInterval(milliseconds: number, task: () => void): () => void {
  let cancel: () => void;
  const wait = (): void => {
    cancel = startTimer(milliseconds, () => {
      wait();
      task();
    });
  };
  wait();
  return () => cancel();
}

interface PauseOptions extends TimerOptions {
  /** Ends the pause, which then rejects with the signal's own reason. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Resolves after any number of milliseconds.
 *
 * @param options by default, the pause keeps the process alive
 * @throws the reason of the signal
 */
export async function pause(
  milliseconds: number,
  { signal, ref = true }: PauseOptions = {},
): Promise<void> {
  signal?.throwIfAborted();
  let end = (): void => {};
  try {
    await new Promise<void>((resolve, reject) => {
      const cancel = startTimer(milliseconds, resolve, { ref });
      end = () => {
        cancel();
        reject(signal?.reason);
      };
      if (signal === undefined) return;
      setMaxListeners(0, signal); // one signal may well end a hundred pauses
      signal.addEventListener('abort', end, { once: true });
    });
  } finally {
    signal?.removeEventListener('abort', end);
  }
}

/** The clock where the user supplies none. */
export const systemClock = (): number => Date.now();
