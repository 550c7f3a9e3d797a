import type { Usage } from '../entry/entry.ts';
import { isGiven } from '../key/reading.ts';

export const emptyBill = () => ({
  input: 0,
  output: 0,
  /** Answers whose price came with them, or from the user's own `priceOf`; and that money, in US dollars. */
  priced: 0,
  usd: 0,
  /** Answers that a list of prices has to price, and their tokens. */
  listed: 0,
  listedInput: 0,
  listedOutput: 0,
  listedRead: 0,
  listedWrite: 0,
  /** Answers that say neither. */
  uncounted: 0,
});

/** Tokens and money of many answers of one model. Nothing but sums, so bills add up. */
export type Bill = ReturnType<typeof emptyBill>;

/** A stored header may say anything. */
const amount = (value: unknown): number =>
  typeof value === 'number' && Number.isFinite(value) && value > 0 ? value : 0;

/** One answer more. `price` is in US dollars, where it is known. */
export function addAnswer(bill: Bill, usage: Usage | undefined, price: number | undefined): void {
  const input = amount(usage?.inputTokens);
  const output = amount(usage?.outputTokens);
  bill.input += input;
  bill.output += output;
  if (price !== undefined) {
    bill.priced += 1;
    bill.usd += price;
  } else if (isGiven(usage?.inputTokens) || isGiven(usage?.outputTokens)) {
    bill.listed += 1;
    bill.listedInput += input;
    bill.listedOutput += output;
    bill.listedRead += amount(usage?.cacheReadTokens);
    bill.listedWrite += amount(usage?.cacheWriteTokens);
  } else {
    bill.uncounted += 1;
  }
}
