import { createRequire } from 'node:module';
import type { Usage } from '../entry/index.ts';
import { numberOf } from '../key/index.ts';

const PACKAGE = '@pydantic/genai-prices';

/** The provider and model that an answer is priced for. */
export interface PricedModel {
  readonly provider: string;
  readonly model?: string | undefined;
  /** The day of the price, `YYYY-MM-DD` in UTC. @default today */
  readonly day?: string | undefined;
}

/** The part of the package that is used here. Each call of it may throw. */
interface PricePackage {
  findProvider(options: { providerId?: string; providerApiUrl?: string }): object | undefined;
  calcPrice(
    usage: Readonly<Record<string, number | undefined>>,
    model: string,
    options: { readonly provider: object; readonly timestamp?: Date | undefined },
  ): { readonly total_price: number } | null;
}

let loaded: { readonly prices: PricePackage | undefined } | undefined;

/** The package is loaded with the first price, so that importing core stays cheap and does not need it. */
function load(): PricePackage | undefined {
  try {
    const require = createRequire(import.meta.url);
    return require(PACKAGE) as PricePackage; // as the package documents itself
  } catch {
    return undefined; // it is an optional peer dependency, and is not installed
  }
}

function pricePackage(): PricePackage | undefined {
  loaded ??= { prices: load() };
  return loaded.prices;
}

/** `provider` is a name such as `openai`, the AI SDK's `azure.chat`, or a host such as `api.groq.com`. */
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

/** US dollars by the list of `@pydantic/genai-prices`, or `undefined` where the list has no price. */
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
    return undefined; // such as when more tokens come from a cache than there are in all
  }
}

/** US dollars for one answer, or `undefined` where the price is not known. An unknown price is never 0. */
export type PriceOf = (usage: Usage, whose: PricedModel) => number | undefined;

const isPrice = (price: unknown): price is number =>
  typeof price === 'number' && Number.isFinite(price) && price >= 0;

function ownPrice(priceOf: PriceOf, usage: Usage, { provider, model }: PricedModel) {
  try {
    const price = priceOf(usage, { provider, model });
    return isPrice(price) ? price : undefined;
  } catch (error) {
    // The application sees the mistake of its `priceOf` as a warning, and no call fails because of it.
    process.emitWarning(String(error));
    return undefined;
  }
}

/** US dollars without the list of prices: by the user's `priceOf`, else by the response's own `usage.cost`. */
export function knownPrice(
  priceOf: PriceOf | undefined,
  usage: Usage | undefined,
  whose: PricedModel,
): number | undefined {
  if (usage === undefined) return undefined;
  const own = priceOf && ownPrice(priceOf, usage, whose);
  return own ?? (isPrice(usage.cost) ? usage.cost : undefined);
}

/** US dollars by the user's `priceOf`, else by the response, else by the list, which is loaded when it is needed. */
export function bestPrice(
  priceOf: PriceOf | undefined,
  usage: Usage | undefined,
  whose: PricedModel,
): number | undefined {
  return knownPrice(priceOf, usage, whose) ?? (usage && listPrice(usage, whose));
}
