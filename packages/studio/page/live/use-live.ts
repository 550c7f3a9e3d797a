import type { LiveCall } from '@cached-llm/core/store';
import { useEffect, useState } from 'preact/hooks';
import { get } from '../api.ts';
import type { CountedCalls, LiveAnswer } from '../facts.ts';

const EVERY = 1_000;

/** How many questions are asked between two that ask for counts, too: processes write these every ten seconds. */
const PER_COUNT = 10;

/** The page shows so many calls at most. */
const MOST_SHOWN = 500;

/** What is known of the calls. */
export interface LiveState {
  /** The latest one first. Undefined until the first answer. */
  readonly calls: readonly LiveCall[] | undefined;
  /** The number of the last change. */
  readonly last: number;
  readonly processes: number;
  readonly unseen: number;
  readonly counted: CountedCalls | undefined;
  readonly error: string | undefined;
}

const NOTHING: LiveState = {
  ...{ calls: undefined, counted: undefined, error: undefined },
  ...{ last: 0, processes: 0, unseen: 0 },
};

const latestFirst = (one: LiveCall, other: LiveCall) =>
  other.at - one.at || other.change - one.change;

/** The calls with what is new: a call that ended replaces itself. */
function withNews(state: LiveState, { calls, counted, ...news }: LiveAnswer): LiveState {
  const isNewFeed = news.last < state.last;
  const known = isNewFeed ? [] : (state.calls ?? []);
  const all = new Map([...known, ...calls].map((call) => [call.id, call]));
  const shown = [...all.values()].sort(latestFirst).slice(0, MOST_SHOWN);
  return { ...news, calls: shown, counted: counted ?? state.counted, error: undefined };
}

/** Asks every second what is new, for as long as the view is shown. */
export function useLive(): LiveState {
  const [state, setState] = useState(NOTHING);
  useEffect(() => {
    let isOver = false;
    let timer: number | undefined;
    let last = 0;
    let asked = 0;
    const ask = async () => {
      const counts = asked % PER_COUNT === 0 ? 'true' : undefined;
      asked += 1;
      const query = { after: String(last), counts };
      const answer = await get<LiveAnswer>('live', query).catch(({ message }: Error) => message);
      if (isOver) return;
      if (typeof answer !== 'string') last = answer.last;
      setState((before) =>
        typeof answer === 'string' ? { ...before, error: answer } : withNews(before, answer),
      );
      timer = window.setTimeout(ask, EVERY);
    };
    void ask();
    return () => {
      isOver = true;
      window.clearTimeout(timer);
    };
  }, []);
  return state;
}
