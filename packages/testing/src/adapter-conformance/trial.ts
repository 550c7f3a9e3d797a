import { type CacheOptions, createLlmCache } from '@cached-llm/core';
import type { Expect } from '../test-environment/index.ts';
import { type ExchangeResponse, startWireServer } from '../wire-server/index.ts';
import type { AdapterCapability, AdapterUnderTest, ConformanceWire } from './adapter-under-test.ts';
import type { CallMode } from './call-mode.ts';
import { differences } from './differences.ts';
import { ObservedStore } from './observed-store.ts';
import { Session } from './session.ts';

/** One behaviour, as the end of a sentence that starts with the mode of the call, and its test. */
export interface AdapterCase {
  readonly name: string;
  readonly needs?: readonly AdapterCapability[];
  /** @default both modes */
  readonly only?: CallMode<unknown>['name'];
  run<Request>(trial: Trial<Request>): Promise<void>;
}

export const API_KEY = 'sk-conformance-4b1f09c7e2';

/** Options of the cache and of the client. */
export interface SessionOptions extends CacheOptions {
  readonly apiKey?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** @default the trial's wire */
  readonly wire?: ConformanceWire;
}

interface TrialParts<Request> {
  readonly subject: AdapterUnderTest<Request>;
  readonly mode: CallMode<Request>;
  readonly expect: Expect;
}

async function startWire<Request>({
  subject,
  mode,
}: TrialParts<Request>): Promise<ConformanceWire> {
  const wire = await (subject.startWire?.() ?? startHttpWire());
  wire.answer(mode.response);
  return wire;
}

async function startHttpWire(): Promise<ConformanceWire> {
  let current: ExchangeResponse = { body: {} };
  const server = await startWireServer({ answer: () => current });
  return {
    url: server.url,
    requests: server.requests,
    answer: (response) => {
      current = response;
    },
    close: () => server.close(),
  };
}

/** One test: a wire that gives the good answer at first, and the clients that use it. */
export class Trial<Request> {
  readonly subject: AdapterUnderTest<Request>;
  readonly mode: CallMode<Request>;
  readonly wire: ConformanceWire;
  readonly expect: Expect;
  readonly #sessions: Session<Request>[] = [];
  readonly #others: ConformanceWire[] = [];

  private constructor({ subject, mode, expect }: TrialParts<Request>, wire: ConformanceWire) {
    this.subject = subject;
    this.mode = mode;
    this.expect = expect;
    this.wire = wire;
  }

  /** Runs a test, and ends everything that it started. */
  static async run<Request>(
    parts: TrialParts<Request>,
    test: (trial: Trial<Request>) => Promise<void>,
  ): Promise<void> {
    const trial = new Trial(parts, await startWire(parts));
    try {
      await test(trial);
    } finally {
      // The wires first: a client may wait for an answer that its wire holds back.
      await Promise.all([trial.wire, ...trial.#others].map((wire) => wire.close()));
      await Promise.all(trial.#sessions.map((session) => session.close()));
    }
  }

  /** How many requests arrived so far. */
  get count(): number {
    return this.wire.requests.length;
  }

  /** Opens a client with a cache of its own; by default the cache has a new store. */
  async session(options: SessionOptions = {}): Promise<Session<Request>> {
    const { apiKey = API_KEY, headers = {}, wire: { url } = this.wire, ...caching } = options;
    const cache = createLlmCache({ store: new ObservedStore(), ...caching });
    const client = await this.subject.open({ url, cache, apiKey, headers });
    const session = new Session({ client, cache, mode: this.mode });
    this.#sessions.push(session);
    return session;
  }

  /** Starts a wire at another place, which gives the good answer too. */
  async wireElsewhere(): Promise<ConformanceWire> {
    const wire = await startWire(this);
    this.#others.push(wire);
    return wire;
  }

  /** Sets the answer to the good one with these changes. */
  answer(changes: Partial<ExchangeResponse>): void {
    this.wire.answer({ ...this.mode.response, ...changes });
  }

  expectSame(live: unknown, other: unknown): void {
    const { view } = this.mode;
    this.expect(differences(view(live), view(other))).toEqual([]);
  }

  /** Compares objects, so that a failure names what was counted. */
  expectCount(requests: number): void {
    this.expect({ requests: this.count }).toEqual({ requests });
  }
}
