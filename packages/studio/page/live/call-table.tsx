import type { LiveCall, LiveCost } from '@cached-llm/core/store';
import { count, duration, instant, money, shortKey } from '../format.ts';
import { Table } from '../parts.tsx';
import { visible } from '../visible.ts';

const TITLES = [
  ...['Time (UTC)', 'Outcome', 'Model', 'Key', 'Age', 'Took', 'Tokens', 'Saved', 'Spent'],
  ...['Answer', 'Process'],
] as const;

/** What is known of the answer where the call says nothing of it. */
const ANSWERS: Readonly<Record<LiveCall['outcome'], string>> = {
  hit: 'from the store',
  stale: 'older, from the store',
  collapsed: 'of another call',
  miss: 'awaited',
  bypass: 'not cached',
  revalidation: 'awaited',
};

/** Calls as rows, the latest first. */
export function CallTable({ calls }: { calls: readonly LiveCall[] }) {
  return (
    <Table label="Calls" titles={TITLES}>
      {calls.map((call) => (
        <CallRow key={call.id} call={call} />
      ))}
    </Table>
  );
}

function CallRow({ call }: { call: LiveCall }) {
  const { at, outcome, age, took, saved, spent, result, process, pid } = call;
  return (
    <tr>
      <td>{instant(at).slice(11)}</td>
      <th scope="row" class={`outcome ${outcome}`}>
        {outcome}
      </th>
      <td>{visible(nameOf(call))}</td>
      <td>
        <KeyLink call={call} />
      </td>
      <td>{duration(age)}</td>
      <td>{duration(took)}</td>
      <td>{tokens(saved ?? spent)}</td>
      <td>{dollars(saved)}</td>
      <td>{dollars(spent)}</td>
      <td>{result === undefined ? ANSWERS[outcome] : visible(result)}</td>
      <td>{visible(pid === undefined ? process.slice(0, 8) : String(pid))}</td>
    </tr>
  );
}

function nameOf({ provider, model, operation, items }: LiveCall): string {
  const name = [provider, model].filter(Boolean).join('/');
  const many = items === undefined ? '' : ` (${count(items)} items)`;
  return `${name}${operation === undefined || operation === 'chat' ? '' : ` ${operation}`}${many}`;
}

const tokens = (cost: LiveCost | undefined) =>
  cost?.input === undefined && cost?.output === undefined
    ? '–'
    : count((cost.input ?? 0) + (cost.output ?? 0));

/** What a call cost that nobody knows the price of is called unknown: 0 would be a price. */
const dollars = (cost: LiveCost | undefined) =>
  cost === undefined ? '–' : money({ usd: cost.usd, unpriced: cost.usd === undefined ? 1 : 0 });

/** A miss leads to why it was one, and any other call to its entry. */
function KeyLink({ call: { key, outcome } }: { call: LiveCall }) {
  if (key === undefined) return <>–</>;
  const short = shortKey(key);
  const to = encodeURIComponent(key);
  if (outcome !== 'miss') return <a href={`#/entry/${to}`}>{short}</a>;
  return <a href={`#/why/${to}`}>{short} why?</a>;
}
