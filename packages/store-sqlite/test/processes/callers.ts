import { setTimeout as delay } from 'node:timers/promises';
import { expect } from '@jest/globals';
import { type ScriptOptions, startScript } from './start-script.ts';

/** The outcome of 32 calls at once. */
interface Round {
  /** How many calls got the right answer. */
  readonly right: number;
  /** Questions whose entry the store acknowledged. */
  readonly stored: readonly string[];
  /** How many calls reached the model. */
  readonly calls: number;
  readonly faults: readonly string[];
  readonly unhandled: readonly string[];
}

export interface Callers {
  /** Asks 32 questions of a topic at once, and checks that each got the right answer. */
  ask(topic: string): Promise<Round>;
  /** Asks until no call reaches the model. */
  askUntilHits(topic: string): Promise<void>;
  /** Lets the process end by itself, and checks that it did. */
  end(): Promise<void>;
  kill(): Promise<void>;
  readonly pid: number | undefined;
}

/** Starts callers of a cache over a SQLite store in a process of their own, which no fault may end. */
export function startCallers(options: object, scriptOptions?: ScriptOptions): Callers {
  const script = startScript('caller-process', [JSON.stringify(options)], scriptOptions);
  const ask = async (topic: string): Promise<Round> => {
    script.write(topic);
    const round: Round = JSON.parse(await script.line());
    expect([round.right, round.unhandled]).toEqual([32, []]);
    return round;
  };
  return {
    ask,
    async askUntilHits(topic) {
      while ((await ask(topic)).calls > 0) await delay(50);
    },
    async end() {
      expect(await script.end()).toBe(0);
    },
    kill: script.kill,
    pid: script.pid,
  };
}
