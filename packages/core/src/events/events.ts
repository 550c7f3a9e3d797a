import type { Usage } from '../entry/index.ts';

/** What became of a request. */
export type Outcome = 'hit' | 'stale' | 'miss' | 'bypass';

/** Why a request bypasses the cache. */
export type BypassReason =
  | 'not-canonical'
  | 'unreadable'
  | 'when'
  | 'no-key'
  | 'no-scope'
  | 'stateful'
  | 'not-shareable'
  | 'nested'
  | 'endpoint'
  /** The caller does not say which model and settings answer. */
  | 'unidentified'
  /** A control of this call has an unknown name or a bad value: `field` and `remedy` say which. */
  | 'control'
  /** The request says so: `cache: 'no-store'` of `fetch`, or the header `cache-control: no-store`. */
  | 'no-store';

/** What is asked for, and of which server, as far as the transport or the name of the function says it. */
export interface CallEndpoint {
  /**
   * `chat`, `text_completion`, `embeddings`, `generate_content` or another word of the conventions of OpenTelemetry for
   * generative AI; `rerank` for what they have no word for. It follows from the path and not from the model.
   */
  readonly operation?: string | undefined;
  /** The name of the host. */
  readonly address?: string | undefined;
  readonly port?: number | undefined;
}

/** What an event is about: whose answer, and where it was asked for. */
interface AboutCall {
  readonly provider: string;
  readonly model?: string | undefined;
  readonly endpoint?: CallEndpoint | undefined;
}

/** One item of a request for many, such as one of many texts to embed. */
export interface RequestItem {
  /** The number of the request in this process: all its items, and its event `batch`, have the same. */
  readonly request: number;
  /** The place of the item among those of the request. */
  readonly index: number;
  /** How many items the request is for. There are two at least. */
  readonly of: number;
}

/** Which request an event is about. The key is a digest: no event carries a prompt, an answer or a secret. */
export interface CallEvent extends AboutCall {
  readonly key: string;
  /** The event is about one item of a request that is counted once, by its event `batch`. @default the request is for this alone */
  readonly item?: RequestItem | undefined;
}

/** An answer for one item of a call for many items, such as texts to embed. */
export interface CallPart {
  /** The number of the call in this process: all parts of one call have the same. */
  readonly call: number;
  /** The place of the item among those of the call. */
  readonly index: number;
  /** How many items the call is for. */
  readonly of: number;
}

/** An event of an answer, with what the provider's call cost. A hit saved this cost; any other call spent it. */
interface CostEvent extends CallEvent {
  /** Tokens and price, where the response states them. */
  readonly usage?: Usage | undefined;
  /** The model that answered, where the response says it. */
  readonly servedModel?: string | undefined;
  /** Milliseconds that the provider took, up to the end of a stream; for a part of a call, its share of them. */
  readonly took?: number | undefined;
}

/** An event of a call that was made. */
interface MadeCallEvent extends CostEvent {
  /** The call was made behind an older answer, which had been served: no caller waited for it. @default false */
  readonly isRevalidation?: boolean | undefined;
  /** @default the call was for this answer alone */
  readonly part?: CallPart | undefined;
}

/** What a call cost: the fields of an event that are counted when a call ends. */
export type CallCost = Pick<
  MadeCallEvent,
  'provider' | 'model' | 'endpoint' | 'usage' | 'servedModel' | 'took' | 'part' | 'item'
>;

/** An event of a request that was answered without a call that its caller waited for. */
interface SavingEvent extends CostEvent {
  /**
   * False if the request saved nothing. A call for it was made all the same (behind a stale answer, or after `softTimeout`), or the
   * provider was out and would have charged nothing. It is also false for an item of a request for many, which has a `call-saved`
   * as soon as the request is answered. @default true
   */
  readonly isSaving?: boolean | undefined;
}

interface ServedEvent extends SavingEvent {
  /** Milliseconds since the answer was stored. */
  readonly age: number;
  /** Milliseconds that the caller waited. Most often these are the look-up, including decoding. */
  readonly waited: number;
}

/** What became of a request, also where it joined a call that was under way. */
export type RequestOutcome = Outcome | 'collapsed';

/** What became of a request for many items, which is one request. */
interface BatchEvent extends AboutCall {
  /** The number of the request in this process. Its items have events of their own with the same one. */
  readonly request: number;
  /**
   * `hit` if all items were. Else the first of these that one item is: `bypass`, `miss`, `collapsed`, `stale`. A request
   * that failed is a `miss`.
   */
  readonly outcome: RequestOutcome;
  /** Of a `bypass`. */
  readonly reason?: string | undefined;
  readonly items: number;
  readonly hits: number;
  readonly stale: number;
  readonly collapsed: number;
  readonly misses: number;
  /** Milliseconds that the caller waited. */
  readonly waited: number;
  /**
   * Milliseconds that the provider would have taken for all items, where the store had all of them. Of answers that came
   * from several calls, it is the time of the longest.
   */
  readonly took?: number | undefined;
}

/** The operation of a store that failed. */
export type StoreOperation = 'get' | 'set' | 'delete' | 'scan' | 'lease' | 'connection';

/** Every event of a cache, by its name. None carries a prompt, an answer or a secret. */
export interface CacheEvents {
  /** The request was answered from the store. */
  hit: ServedEvent;
  /**
   * The request was answered from the store although the entry is older than its ttl: within `staleWhileRevalidate`,
   * or (`isFallback`) within `staleIfError` because the provider failed or took too long.
   */
  stale: ServedEvent & { readonly isFallback: boolean };
  /**
   * No stored answer may be served: there is none, or the mode `refresh` wants a new one. The provider is called, except
   * in the mode `replay` and by `cache.get`.
   */
  miss: CallEvent;
  /**
   * In `replay` mode, which never calls a provider, the request has no recorded answer. `nearest` is the key of the
   * most similar recorded request, and `differing` lists the fields that differ. `reason` says why the request
   * could not be recorded at all.
   */
  'replay-miss': Partial<CallEvent> & {
    readonly provider: string;
    readonly nearest?: string | undefined;
    readonly differing?: readonly string[] | undefined;
    readonly reason?: BypassReason | undefined;
  };
  /**
   * The last misses of a model differ in one field only, which looks like an id or a time. So no such request can be a hit. `field`
   * is its path as `ignore` takes it. Each field gets one event.
   */
  'volatile-field': {
    readonly provider: string;
    readonly model?: string | undefined;
    readonly field: string;
    readonly remedy: string;
  };
  /** The request joined a call that was under way. */
  collapsed: SavingEvent & {
    /** Milliseconds that the caller waited. */
    readonly waited: number;
    /** The stream that it joined still runs, so that its usage is not known yet. What it saves is counted when it ends. @default false */
    readonly isRunning?: boolean | undefined;
  };
  /**
   * The request saved a call, and its own event could not say so yet. It joined a stream that has ended now (`isRunning` of
   * `collapsed`), or another request or process brings the new answer in place of the `stale` one. Or it is an item of a request
   * for many, of which not all are asked for anew.
   */
  'call-saved': CostEvent;
  /** A request for many items was answered, or failed. It is one request, and its items have events of their own, with `item`. */
  batch: BatchEvent;
  /**
   * The request bypassed the cache. `field` names the field that has no canonical form, and `remedy` says what to write
   * so that such requests are cached.
   */
  bypass: {
    readonly reason: BypassReason;
    readonly provider: string;
    readonly field?: string | undefined;
    readonly remedy?: string | undefined;
    readonly item?: RequestItem | undefined;
  };
  /** The answer was stored. `bytes` are the characters of its row, most of which are one byte each. */
  stored: MadeCallEvent & { readonly bytes: number };
  /** The caller got the answer, and it was not stored. `error` is the HTTP status of one that is an error. */
  'not-admitted': MadeCallEvent & { readonly reason: string; readonly error?: string | undefined };
  /**
   * The call threw an error, or its answer is an error's and an older answer is served instead. `error` is the HTTP
   * status, the code or the name of the class, and never the message, which may repeat the request. A call for many
   * items has one event.
   */
  'call-failed': MadeCallEvent & { readonly error: string };
  /** An operation of the store failed. The cache goes on as if the row were absent. */
  'store-error': {
    readonly operation: StoreOperation;
    /** A code. Of a failure that only a person can correct, a colon and what to do may follow. */
    readonly reason: string;
    /** Only a person can correct it, such as a wrong password or an unknown database. It gets one event. */
    readonly isPermanent: boolean;
  };
  /** The store failed repeatedly, and is not asked for a while. */
  'breaker-open': { readonly failures: number };
  /** The store answers again. */
  'breaker-closed': Record<never, never>;
}

/** The name of an event, as `cache.on` takes it. */
export type EventName = keyof CacheEvents;

/** Gets each event of one name. What it throws becomes a process warning, and no call fails. */
export type Listener<Name extends EventName> = (event: CacheEvents[Name]) => void;

/** A request that bypasses the cache, and why. */
export interface Bypass {
  readonly bypass: BypassReason;
  readonly provider: string;
  readonly field?: string | undefined;
  readonly remedy?: string | undefined;
}
