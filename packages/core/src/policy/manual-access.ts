import type { Address, EntryStore } from '../effects/entry-store.ts';
import type { Reporter } from '../effects/reporter.ts';
import type { CallIdentity } from '../words/call-identity.ts';
import { addressOf, isBypass } from './address.ts';
import type { Bypass, Call } from './call.ts';
import { defaultAdapter } from './default-adapter.ts';
import { identify } from './identify.ts';
import { eventOf, Keeper } from './keeper.ts';
import type { Look, Request } from './leader.ts';
import type { CallOptions } from './options.ts';
import { type Policy, resolvePolicy } from './policy.ts';
import { ValueCodec } from './value-codec.ts';

export interface ManualParts {
  readonly entries: EntryStore;
  readonly reporter: Reporter;
  readonly now: () => number;
  readonly policy: Policy;
  readonly look: (request: Request) => Promise<Look>;
}

/** Reading and writing by hand, for what no door fits. */
export class ManualAccess {
  readonly #parts: ManualParts;
  readonly #keeper: Keeper;

  constructor(parts: ManualParts) {
    this.#parts = parts;
    this.#keeper = new Keeper(parts.entries, parts.reporter, parts.now);
  }

  /** The response, if one is fresh. */
  async get(identity: CallIdentity, options: CallOptions): Promise<unknown> {
    const request = this.#request(identity, options);
    if (isBypass(request)) return this.#goPast(request);
    const { state, answer } = await this.#parts.look(request);
    const header = answer?.header;
    if (state !== 'fresh' || header === undefined) {
      this.#parts.reporter.tell('miss', eventOf(request));
      return undefined;
    }
    const age = this.#parts.now() - header.storedAt;
    this.#parts.reporter.tell('hit', { ...eventOf(request), age });
    return answer?.own?.response;
  }

  /** Was it stored? */
  async set(identity: CallIdentity, response: unknown, options: CallOptions): Promise<boolean> {
    const request = this.#request(identity, options);
    if (isBypass(request)) return this.#goPast(request) ?? false;
    const { markers } = await this.#parts.entries.read(request.address);
    const arrival = {
      ...request,
      markers,
      took: undefined,
      isCurrent: () => true,
    };
    return this.#keeper.keep(arrival, await request.call.codec.capture(response));
  }

  keyOf(identity: CallIdentity, options: CallOptions): string | undefined {
    const request = this.#request(identity, options);
    return isBypass(request) ? undefined : request.address.key;
  }

  #request(given: CallIdentity, options: CallOptions): Request | Bypass {
    const policy = resolvePolicy(this.#parts.policy, options);
    const identity = identify(given, policy);
    const address: Address | Bypass = addressOf(this.#parts.entries, identity, policy);
    if (isBypass(address)) return address;
    const rules = { adapter: defaultAdapter, admit: policy.admit };
    const codec = new ValueCodec({ rules, request: given.request });
    return { address, call: { identity, policy, codec, invoke: callsNothing } };
  }

  #goPast({ bypass, ...where }: Bypass): undefined {
    this.#parts.reporter.tell('bypass', { reason: bypass, ...where });
  }
}

const callsNothing: Call<unknown>['invoke'] = async () => undefined;
