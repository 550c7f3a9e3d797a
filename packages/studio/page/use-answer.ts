import { useEffect, useState } from 'preact/hooks';

/** What is known of an answer that was asked for. */
export interface Asked<Fact> {
  readonly fact: Fact | undefined;
  readonly error: string | undefined;
  readonly isAsking: boolean;
}

/**
 * Asks whenever `key` changes, and again after each `every` milliseconds. The last answer stays until the next one is there.
 */
export function useAnswer<Fact>(
  key: string,
  ask: () => Promise<Fact>,
  every?: number,
): Asked<Fact> {
  const [state, setState] = useState<Asked<Fact>>({
    fact: undefined,
    error: undefined,
    isAsking: true,
  });
  useEffect(() => {
    let isOver = false;
    let timer: number | undefined;
    const run = async () => {
      setState((before) => ({ ...before, isAsking: true }));
      const next = await ask().then(
        (fact) => ({ fact, error: undefined, isAsking: false }),
        (error: Error) => ({ fact: undefined, error: error.message, isAsking: false }),
      );
      if (isOver) return;
      setState(next);
      if (every !== undefined) timer = window.setTimeout(run, every);
    };
    void run();
    return () => {
      isOver = true;
      window.clearTimeout(timer);
    };
  }, [key, every]);
  return state;
}
