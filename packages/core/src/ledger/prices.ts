import type { Usage } from '../entry/entry.ts';
import { listPrice, type Priced } from './price-list.ts';

/** US dollars for one answer; nothing where the price is not known, and never 0 for that. */
export type PriceOf = (usage: Usage, whose: Priced) => number | undefined;

const isPrice = (price: unknown): price is number =>
  typeof price === 'number' && Number.isFinite(price) && price >= 0;

/** What answers cost: by the user's own word, by the provider's, and by its list, in that order. */
export class Prices {
  readonly #priceOf: PriceOf | undefined;

  constructor(priceOf: PriceOf | undefined) {
    this.#priceOf = priceOf;
  }

  /** US dollars, or nothing. Loads the list of prices where nothing nearer is known. */
  of(usage: Usage | undefined, whose: Priced): number | undefined {
    return this.known(usage, whose) ?? (usage && listPrice(usage, whose));
  }

  /** The same without a list. */
  readonly known = (usage: Usage | undefined, whose: Priced): number | undefined => {
    if (usage === undefined) return undefined;
    const own = this.#priceOf === undefined ? undefined : this.#own(usage, whose);
    return own ?? (isPrice(usage.cost) ? usage.cost : undefined);
  };

  #own(usage: Usage, { provider, model }: Priced): number | undefined {
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
