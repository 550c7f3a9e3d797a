import type { LiveCall, LiveCost } from '@cached-llm/core/store';
import { entryId } from '../store/index.ts';
import { formatDuration, formatLatency, formatQuantity, type Output } from '../terminal/index.ts';

type Style = (text: string) => string;

const styleOf = (outcome: LiveCall['outcome'], { colors }: Output): Style => {
  if (outcome === 'hit') return colors.green;
  if (outcome === 'miss') return colors.red;
  return outcome === 'bypass' ? colors.dim : colors.yellow;
};

/** Money, else tokens. What is not known is called unknown: 0 would be a price. */
function costText(name: string, cost: LiveCost | undefined): string | undefined {
  if (cost === undefined) return undefined;
  const { usd, input, output } = cost;
  if (usd !== undefined) return `${name} $${usd.toPrecision(2)}`;
  const isCounted = input !== undefined || output !== undefined;
  return `${name} ${isCounted ? formatQuantity((input ?? 0) + (output ?? 0), 'token') : 'unknown'}`;
}

/** One line for people. `--json` has more. */
export function callLine(call: LiveCall, output: Output): string {
  const { at, outcome, provider, model, items, age, took, result, key, pid } = call;
  const parts = [
    new Date(at).toISOString().slice(11, 19),
    styleOf(outcome, output)(outcome.padEnd('collapsed'.length)),
    [provider, model].filter(Boolean).join('/'),
    items === undefined ? undefined : formatQuantity(items, 'item'),
    took === undefined ? undefined : formatLatency(took),
    age === undefined ? undefined : `age ${formatDuration(age)}`,
    costText('saved', call.saved),
    costText('spent', call.spent),
    result,
    key === undefined ? undefined : entryId(key),
    pid === undefined ? undefined : String(pid),
  ];
  return parts.filter((part) => part !== undefined).join(' ');
}
