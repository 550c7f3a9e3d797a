import { createRequire } from 'node:module';
import type { Usage } from '../entry/index.ts';
import { numberOf } from '../key/index.ts';

const PACKAGE = '@pydantic/genai-prices';

/** Whose answer it is. */
export interface PricedModel {
  readonly provider: string;
  readonly model?: string | undefined;
  /** `YYYY-MM-DD`: prices change. @default today */
  readonly day?: string | undefined;
}

/** What is used of the package; each call of it may throw. */
interface PricePackage {
  findProvider(options: { providerId?: string; providerApiUrl?: string }): object | undefined;
  calcPrice(
    usage: Readonly<Record<string, number | undefined>>,
    model: string,
    options: { readonly provider: object; readonly timestamp?: Date | undefined },
  ): { readonly total_price: number } | null;
}

let loaded: { readonly prices: PricePackage | undefined } | undefined;

/** At the first price that is asked for: an import of this package stays cheap, and needs no prices. */
function load(): PricePackage | undefined {
  try {
    const require = createRequire(import.meta.url);
    return require(PACKAGE) as PricePackage; // the package's own documentation
  } catch {
    return undefined; // an optional peer: not installed
  }
}

function pricePackage(): PricePackage | undefined {
  loaded ??= { prices: load() };
  return loaded.prices;
}

/** `openai`, the AI SDK's `azure.chat`, or a host: `api.groq.com`. */
function findProvider(prices: PricePackage, provider: string): object | undefined {
  return (
    prices.findProvider({ providerId: provider }) ??
    prices.findProvider({ providerId: provider.split('.')[0] ?? '' }) ??
    prices.findProvider({ providerApiUrl: `https://${provider}/` })
  );
}

function timestampOf(day: string | undefined): Date | undefined {
  const date = new Date(day ?? Number.NaN);
  return Number.isNaN(date.getTime()) ? undefined : date;
}

/** US dollars by the provider's list, as `@pydantic/genai-prices` has it; nothing where it does not know. */
export function listPrice(usage: Usage, { provider, model, day }: PricedModel): number | undefined {
  const prices = model === undefined ? undefined : pricePackage();
  if (prices === undefined || model === undefined) return undefined;
  const tokens = {
    input_tokens: usage.inputTokens ?? 0,
    output_tokens: usage.outputTokens ?? 0,
    cache_read_tokens: usage.cacheReadTokens,
    cache_write_tokens: usage.cacheWriteTokens,
  };
  try {
    const found = findProvider(prices, provider);
    const options = found && { provider: found, timestamp: timestampOf(day) };
    return options && numberOf(prices.calcPrice(tokens, model, options)?.total_price);
  } catch {
    return undefined; // such as for more tokens from a cache than there are in all
  }
}

/** US dollars for one answer; nothing where the price is not known, and never 0 for that. */
export type PriceOf = (usage: Usage, whose: PricedModel) => number | undefined;

const isPrice = (price: unknown): price is number =>
  typeof price === 'number' && Number.isFinite(price) && price >= 0;

/** What answers cost: by the user's own word, by the provider's, and by its list, in that order. */
export class Prices {
  readonly #priceOf: PriceOf | undefined;

  constructor(priceOf: PriceOf | undefined) {
    this.#priceOf = priceOf;
  }

  /** US dollars, or nothing. Loads the list of prices where nothing nearer is known. */
  of(usage: Usage | undefined, whose: PricedModel): number | undefined {
    return this.known(usage, whose) ?? (usage && listPrice(usage, whose));
  }

  /** The same without a list. */
  readonly known = (usage: Usage | undefined, whose: PricedModel): number | undefined => {
    if (usage === undefined) return undefined;
    const own = this.#priceOf === undefined ? undefined : this.#own(usage, whose);
    return own ?? (isPrice(usage.cost) ? usage.cost : undefined);
  };

  #own(usage: Usage, { provider, model }: PricedModel): number | undefined {
    try {
      const price = this.#priceOf?.(usage, { provider, model });
      return isPrice(price) ? price : undefined;
    } catch (error) {
      // The application's own mistake is its own to see; no call fails of it.
      process.emitWarning(String(error));
      return undefined;
    }
  }
}
