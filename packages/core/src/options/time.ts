import { setMaxListeners } from 'node:events';
import { invalidOption, LlmCacheError, showValue } from './errors.ts';

const MILLISECONDS = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
} as const;

type Unit = keyof typeof MILLISECONDS;

/** A span of time: a number is milliseconds, as in Keyv; a string carries its unit: `'30m'`, `'1.5h'`. */
export type Duration = number | `${number}${Unit}`;

const WITH_UNIT = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/;

function refuse(option: string, value: unknown, more = ''): never {
  throw new LlmCacheError(
    'INVALID_DURATION',
    `${option} is ${showValue(value)}, which is not a duration${more}. Write a number of milliseconds (1800000) or a number with its unit: '500ms', '30s', '30m', '12h', '7d'.`,
  );
}

/**
 * A duration in whole milliseconds, rounded up. Digits without a unit are refused: `'3600'` is seconds to one reader
 * and milliseconds to the next.
 *
 * @param option the name that an error gives
 * @throws {LlmCacheError} `INVALID_DURATION`
 */
export function toMilliseconds(duration: Duration, option: string): number {
  if (typeof duration === 'number') {
    return duration >= 0 ? Math.ceil(duration) : refuse(option, duration);
  }
  const match = typeof duration === 'string' ? WITH_UNIT.exec(duration) : null;
  if (match === null) return refuse(option, duration);
  // The expression above lets no other unit through.
  return Math.ceil(Number(match[1]) * MILLISECONDS[match[2] as Unit]);
}

/** Like {@link toMilliseconds}, for what has to last some time, such as a ttl or a deadline. */
export function toPositiveMilliseconds(duration: Duration, option: string): number {
  const milliseconds = toMilliseconds(duration, option);
  return milliseconds > 0 ? milliseconds : refuse(option, duration, ' above zero');
}

/**
 * A whole number above zero, rounded down.
 *
 * @param unset the number where none is given
 * @throws {LlmCacheError} `INVALID_OPTION`
 */
export function toWholeNumber(given: number | undefined, option: string, unset: number): number {
  if (given === undefined) return unset;
  if (Number.isFinite(given) && given >= 1) return Math.floor(given);
  return invalidOption(option, `is ${showValue(given)}`, 'Write a whole number above zero.');
}

/** Cloudflare Workers, where a timer, a read or a call ends with the request that began it, and never settles for another one. */
export const isWorkers =
  (globalThis as { navigator?: { userAgent?: string } }).navigator?.userAgent === // Node.js 20 has none
  'Cloudflare-Workers';

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
