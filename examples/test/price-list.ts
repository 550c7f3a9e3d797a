import { createRequire } from 'node:module';
import { listOf } from '@cached-llm/core/adapter';

/** A provider in the list of prices, and where it finds the usage in the responses of its endpoints. */
export interface ListedProvider {
  readonly id: string;
  readonly extractors?: readonly { readonly api_flavor: string }[];
}

/** The functions of `@pydantic/genai-prices` that price a raw response. Each of them may throw. */
interface PriceList {
  findProvider(by: { providerId?: string; providerApiUrl?: string }): ListedProvider | undefined;
  extractUsage(
    provider: ListedProvider,
    response: unknown,
    flavor?: string,
  ): { readonly model: string | null; readonly usage: object };
  calcPrice(
    usage: object,
    model: string,
    options: { readonly provider: ListedProvider; readonly timestamp?: Date },
  ): { readonly total_price: number } | null;
}

/** It is a peer of core and of no other package, so it is looked for from there. */
export const priceList: PriceList = createRequire(
  new URL('../../packages/core/package.json', import.meta.url),
)('@pydantic/genai-prices');

function priceBy(provider: ListedProvider, response: unknown, flavor: string, asked?: string) {
  try {
    const { model, usage } = priceList.extractUsage(provider, response, flavor);
    const name = model ?? asked;
    if (name === undefined) return undefined;
    return priceList.calcPrice(usage, name, { provider })?.total_price;
  } catch {
    return undefined; // the response has another form, or the list does not have the model
  }
}

/** US dollars by the list alone, of the raw response. Undefined where the list cannot price it. */
export function listedPrice(
  provider: ListedProvider,
  response: unknown,
  model?: string,
): number | undefined {
  return listOf(provider.extractors)
    .map((extractor) =>
      priceBy(provider, response, (extractor as { api_flavor: string }).api_flavor, model),
    )
    .find((price) => price !== undefined);
}
