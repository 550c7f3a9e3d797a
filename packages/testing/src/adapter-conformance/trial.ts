import { type CacheOptions, createLlmCache } from '@cached-llm/core';
import type { Expect } from '../store-conformance/store-case.ts';
import type { ExchangeResponse } from '../wire-server/exchange.ts';
import {
  type AdapterCapability,
  type AdapterUnderTest,
  type ConformanceWire,
  startConformanceWire,
} from './adapter-under-test.ts';
import type { CallMode } from './call-mode.ts';
import { differences } from './differences.ts';
import { ObservedStore } from './observed-store.ts';
import { Session } from './session.ts';

/** One behaviour, as the end of a sentence that starts with its mode, and the test of it. */
export interface AdapterCase {
  readonly name: string;
  readonly needs?: readonly AdapterCapability[];
  /** @default both */
  readonly only?: CallMode<unknown>['name'];
  run<Request>(trial: Trial<Request>): Promise<void>;
}

export const API_KEY = 'sk-conformance-4b1f09c7e2';

/** Of the cache, and of the client. Without a store it has an empty one of its own. */
export interface SessionOptions extends CacheOptions {
  readonly apiKey?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** @default the trial's */
  readonly wire?: ConformanceWire;
}

export interface TrialParts<Request> {
  readonly subject: AdapterUnderTest<Request>;
  readonly mode: CallMode<Request>;
  readonly expect: Expect;
}

async function startWire<Request>(subject: AdapterUnderTest<Request>): Promise<ConformanceWire> {
  return subject.startWire?.() ?? startConformanceWire();
}

/** One test: a wire, and the clients that talk over it. */
export class Trial<Request> {
  readonly subject: AdapterUnderTest<Request>;
  readonly mode: CallMode<Request>;
  readonly wire: ConformanceWire;
  readonly expect: Expect;
  readonly #sessions: Session<Request>[] = [];
  readonly #others: ConformanceWire[] = [];

  private constructor(parts: TrialParts<Request>, wire: ConformanceWire) {
    this.subject = parts.subject;
    this.mode = parts.mode;
    this.expect = parts.expect;
    this.wire = wire;
    wire.answer(parts.mode.response);
  }

  /** Runs a test with a wire that gives the good answer, and ends all that the test started. */
  static async run<Request>(
    parts: TrialParts<Request>,
    test: (trial: Trial<Request>) => Promise<void>,
  ): Promise<void> {
    const wire = await startWire(parts.subject);
    const trial = new Trial(parts, wire);
    try {
      await test(trial);
    } finally {
      // The wire first: a client may wait for an answer that it holds back.
      await Promise.all([wire, ...trial.#others].map((each) => each.close()));
      await Promise.all(trial.#sessions.map((session) => session.close()));
    }
  }

  /** Requests that arrived so far. */
  get count(): number {
    return this.wire.requests.length;
  }

  async session(options: SessionOptions = {}): Promise<Session<Request>> {
    const { apiKey = API_KEY, headers = {}, wire: { url } = this.wire, ...caching } = options;
    const cache = createLlmCache({ store: new ObservedStore(), ...caching });
    const client = await this.subject.open({ url, cache, apiKey, headers });
    const session = new Session({ client, cache, mode: this.mode });
    this.#sessions.push(session);
    return session;
  }

  /** Another place, which gives the good answer too. */
  async wireElsewhere(): Promise<ConformanceWire> {
    const wire = await startWire(this.subject);
    wire.answer(this.mode.response);
    this.#others.push(wire);
    return wire;
  }

  /** Answers well, but for what is said here. */
  answer(changes: Partial<ExchangeResponse>): void {
    this.wire.answer({ ...this.mode.response, ...changes });
  }

  expectSame(live: unknown, other: unknown): void {
    const { view } = this.mode;
    this.expect(differences(view(live), view(other))).toEqual([]);
  }

  /** An object, so that a failure says what was counted. */
  expectCount(requests: number): void {
    this.expect({ requests: this.count }).toEqual({ requests });
  }
}
