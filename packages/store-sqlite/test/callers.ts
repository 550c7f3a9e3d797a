import { setTimeout as delay } from 'node:timers/promises';
import { expect } from '@jest/globals';
import { type ScriptOptions, startScript } from './start-script.ts';

/** What became of 32 calls at once. */
interface Round {
  /** Calls that had the right answer. */
  readonly right: number;
  /** Questions whose entry the store acknowledged. */
  readonly stored: readonly string[];
  /** Calls that went to the model. */
  readonly calls: number;
  readonly faults: readonly string[];
  readonly unhandled: readonly string[];
}

export interface Callers {
  /** 32 questions of a topic, at once; that each was answered is seen to here. */
  ask(topic: string): Promise<Round>;
  /** Asks until no call goes to the model. */
  askUntilHits(topic: string): Promise<void>;
  /** Lets them end by themselves, and sees that they did. */
  end(): Promise<void>;
  kill(): Promise<void>;
  readonly pid: number | undefined;
}

/** Callers in a process of their own, which a fault must not end, over a SQLite store with these options. */
export function startCallers(options: object, scriptOptions?: ScriptOptions): Callers {
  const script = startScript(
    new URL('./caller-process.ts', import.meta.url),
    [JSON.stringify(options)],
    scriptOptions,
  );
  const ask = async (topic: string): Promise<Round> => {
    script.tell(topic);
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
