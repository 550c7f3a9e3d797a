import { defaultAdapter } from '../adapter/index.ts';
import { type Address, addressOf, type EntryStore, isBypass } from '../entry-store/index.ts';
import type { Bypass, CacheEventEmitter } from '../events/index.ts';
import { type CallIdentity, identify } from '../key/index.ts';
import { type CallOptions, type Policy, policyForCall } from '../options/index.ts';
import {
  eventOf,
  type KeyedCall,
  type KeyedRequest,
  lookUp,
  storeAnswer,
} from '../pipeline/index.ts';
import { readToEnd, ValueCodec } from '../response/index.ts';

export interface ManualParts {
  readonly entries: EntryStore;
  readonly events: CacheEventEmitter;
  readonly now: () => number;
  readonly policy: Policy;
}

/** Reading and writing by hand, for what no door fits. */
export class ManualAccess {
  readonly #parts: ManualParts;

  constructor(parts: ManualParts) {
    this.#parts = parts;
  }

  /** The response, if one is fresh. */
  async get(identity: CallIdentity, options: CallOptions): Promise<unknown> {
    const request = this.#request(identity, options);
    if (isBypass(request)) return this.#goPast(request);
    const { mode } = request.call.policy;
    if (mode === 'off') return undefined;
    const { state, result, waited = 0 } = await lookUp(this.#parts, request);
    const header = result?.header;
    const isServed = mode === 'replay' || (mode !== 'refresh' && state === 'fresh');
    if (!isServed || header === undefined) {
      this.#parts.events.emit('miss', eventOf(request));
      return undefined;
    }
    const age = this.#parts.now() - header.storedAt;
    const { usage, took } = header;
    this.#parts.events.emit('hit', { ...eventOf(request), usage, took, age, waited });
    return result?.leaderResponse?.response;
  }

  /** Was it stored? */
  async set(identity: CallIdentity, response: unknown, options: CallOptions): Promise<boolean> {
    const request = this.#request(identity, options);
    if (isBypass(request)) return this.#goPast(request) ?? false;
    const { call, address } = request;
    if (call.policy.mode === 'off') return false;
    const capturing = call.codec.capture(response); // at once, before the caller can change it
    const { tagStates } = await this.#parts.entries.read(address);
    const arrival = { call, address, tagStates, isCurrent: () => true };
    const capture = await capturing;
    const stored = storeAnswer(this.#parts, arrival, capture);
    if (capture.captured?.kind === 'recording') {
      // What breaks the stream is told by the event: it is not kept.
      await readToEnd(capture.captured.recording.replay()).catch(() => {});
    }
    return stored;
  }

  keyOf(identity: CallIdentity, options: CallOptions): string | undefined {
    const request = this.#request(identity, options);
    return isBypass(request) ? undefined : request.address.key;
  }

  #request(given: CallIdentity, options: CallOptions): KeyedRequest | Bypass {
    const policy = policyForCall(this.#parts.policy, options);
    const identity = identityOf(given, policy);
    const address: Address | Bypass = addressOf(this.#parts.entries, identity, policy);
    if (isBypass(address) || isBypass(identity)) return address as Bypass; // a bypass has no address
    const rules = { adapter: defaultAdapter, admit: policy.admit };
    const codec = new ValueCodec({ rules, request: given.request });
    return { address, call: { identity, policy, codec, invoke: callsNothing } };
  }

  #goPast({ bypass, ...where }: Bypass): undefined {
    this.#parts.events.emit('bypass', { reason: bypass, ...where });
  }
}

function identityOf(given: CallIdentity, policy: Policy): CallIdentity | Bypass {
  try {
    return identify(given, policy);
  } catch {
    return { bypass: 'unreadable', provider: given.provider }; // a getter of the request threw
  }
}

const callsNothing: KeyedCall<unknown>['invoke'] = async () => undefined;
