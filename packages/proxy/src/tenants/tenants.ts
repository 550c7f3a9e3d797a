import { startTimer } from '@cached-llm/core/store';
import { type Credential, credentialHeaders, credentialOf } from './credential.ts';
import { checkFor } from './provider-checks.ts';
import { type Place, Trust, type TrustOptions } from './trust.ts';

/** A request of a caller, as it came, and the URL that it is for. */
export interface CallerRequest {
  readonly rawHeaders: readonly string[];
  readonly url: URL;
  /** Where the user says that the upstream's credentials are checked. */
  readonly check?: URL | undefined;
}

/** Asks a provider, and resolves to the status. `headers` are names and values in turn. */
type Ask = (request: {
  readonly url: URL;
  readonly headers: readonly string[];
  readonly signal: AbortSignal;
}) => Promise<number>;

export interface TenantsOptions extends TrustOptions {
  /** Callers share their answers, whoever they are. */
  readonly isShared: boolean;
  /** Answers come from the store alone, so that no credential is of any use. */
  readonly isReplay: boolean;
  readonly ask: Ask;
}

/** A check that takes longer says nothing, and the call is made. */
const CHECK_DEADLINE = 5_000;

/** Who makes a call. */
export interface Caller {
  /** The provider accepted this credential lately, so that it may have an answer from the store. */
  readonly isTrusted: boolean;
  /** Whose entries it may have. Undefined where callers share them. */
  readonly scope: string | undefined;
  /** The status of what the provider answered to its call. */
  saw(status: number): void;
}

/** Those who call, by their credentials: whose answers they may have, and when. */
export class Tenants {
  readonly #options: TenantsOptions;
  readonly #trust: Trust;

  constructor(options: TenantsOptions) {
    this.#options = options;
    this.#trust = new Trust(options);
  }

  /** Who makes this request. The provider is asked where it is not known whether it accepts the credential. */
  callerOf(request: CallerRequest): Caller | Promise<Caller> {
    const { url, rawHeaders } = request;
    const credential = credentialOf(rawHeaders, url.search);
    const place = { upstream: url.host, credential: credential.digest };
    if (this.#isBelieved(place, credential)) return this.#caller(credential, place, true);
    return this.#trust
      .confirm(place, this.#checkOf(request))
      .then((isTrusted) => this.#caller(credential, place, isTrusted));
  }

  /**
   * The status of what passed through. A refusal says that the credential is not accepted. A success says nothing, because
   * many a provider answers a request such as that for its models to everybody.
   */
  sawPassing({ url, rawHeaders }: CallerRequest, status: number): void {
    if (status !== 401 && status !== 403) return;
    const { digest } = credentialOf(rawHeaders, url.search);
    this.#trust.saw({ upstream: url.host, credential: digest }, status);
  }

  /** Nobody can take back what was never given: a caller without a credential has its own answers and those of its like. */
  #isBelieved(place: Place, credential: Credential): boolean {
    const { isShared, isReplay } = this.#options;
    return isReplay || this.#trust.isTrusted(place) || (!isShared && !credential.isGiven);
  }

  #caller(credential: Credential, place: Place, isTrusted: boolean): Caller {
    const { isShared } = this.#options;
    return {
      isTrusted,
      scope: isShared ? undefined : credential.digest,
      saw: (status) => this.#trust.saw(place, status),
    };
  }

  #checkOf({ rawHeaders, url, check: own }: CallerRequest): (() => Promise<number>) | undefined {
    const check = own === undefined ? checkFor(url) : { url: own, headers: {} };
    if (check === undefined) return undefined;
    const headers = [...credentialHeaders(rawHeaders), ...Object.entries(check.headers).flat()];
    return async () => {
      const deadline = new AbortController();
      const stop = startTimer(CHECK_DEADLINE, () => deadline.abort());
      try {
        return await this.#options.ask({ url: check.url, headers, signal: deadline.signal });
      } finally {
        stop();
      }
    };
  }
}
