import type { Usage } from '../entry/entry.ts';
import type { Recording } from '../stream/recording.ts';
import type { LiveArrival } from './landed.ts';

/** What is known of a streamed answer so far: what it used, and how long it took, when it has ended. */
export class StreamArrival implements LiveArrival {
  readonly at: number;
  readonly #recording: Recording<unknown>;
  readonly #begun: number;
  #usage: Usage | undefined;

  constructor(recording: Recording<unknown>, { at, took }: Pick<LiveArrival, 'at' | 'took'>) {
    this.at = at;
    this.#recording = recording;
    this.#begun = took;
    void recording.ended.then(({ usage }) => (this.#usage = usage));
  }

  get usage(): Usage | undefined {
    return this.#usage;
  }

  get took(): number {
    return this.#begun + this.#recording.upstream.total;
  }

  isKept(): boolean {
    return this.#recording.isWhole;
  }
}
