import type { LiveCall } from '@cached-llm/core/store';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { CountedCalls } from '../facts.ts';
import { count } from '../format.ts';
import { Empty, Failed, Figure, Section } from '../parts.tsx';
import { visible } from '../visible.ts';
import { CallTable } from './call-table.tsx';
import { type LiveState, useLive } from './use-live.ts';

const OUTCOMES: readonly LiveCall['outcome'][] = [
  ...(['hit', 'stale', 'collapsed', 'miss', 'bypass', 'revalidation'] as const),
];

/** How often a screen reader is told of new calls: each one would be too many. */
const ANNOUNCED_EVERY = 5_000;

/** Which calls are shown. */
interface CallFilter {
  readonly outcome: string;
  readonly model: string;
}

const matches =
  ({ outcome, model }: CallFilter) =>
  (call: LiveCall) =>
    (outcome === '' || call.outcome === outcome) && (model === '' || call.model === model);

/** The calls of all processes that share the store, as they happen. */
export function Live() {
  const live = useLive();
  const [paused, setPaused] = useState<LiveState | undefined>();
  const [filter, setFilter] = useState<CallFilter>({ outcome: '', model: '' });
  const { calls, error } = paused ?? live;
  const shown = calls?.filter(matches(filter)) ?? [];
  const newer = paused === undefined ? 0 : newerThan(paused, live);
  return (
    <>
      <header class="view">
        <h1>Live</h1>
        <Announced text={summary(shown.length, live, paused && newer)} />
      </header>
      <div class="fields">
        <Choice
          {...{ name: 'Outcome', all: 'all outcomes', value: filter.outcome, choices: OUTCOMES }}
          onChoose={(outcome) => setFilter({ ...filter, outcome })}
        />
        <Choice
          {...{ name: 'Model', all: 'all models', value: filter.model, choices: modelsOf(calls) }}
          onChoose={(model) => setFilter({ ...filter, model })}
        />
        <button
          type="button"
          aria-pressed={paused !== undefined}
          onClick={() => setPaused(paused === undefined ? live : undefined)}
        >
          Pause
        </button>
      </div>
      {(live.error ?? error) !== undefined && <Failed message={live.error ?? error ?? ''} />}
      {shown.length > 0 && <CallTable calls={shown} />}
      {calls !== undefined && shown.length === 0 && (
        <Nothing live={live} hasCalls={calls.length > 0} />
      )}
      {live.counted !== undefined && <Counted counted={live.counted} shown={live.processes} />}
    </>
  );
}

const newerThan = ({ calls = [] }: LiveState, { calls: now = [] }: LiveState): number => {
  const known = new Set(calls.map(({ id }) => id));
  return now.filter(({ id }) => !known.has(id)).length;
};

const modelsOf = (calls: readonly LiveCall[] = []): readonly string[] =>
  [...new Set(calls.flatMap(({ model }) => model ?? []))].sort();

function summary(shown: number, live: LiveState, newer: number | undefined): string {
  if (live.calls === undefined) return 'Reading…';
  if (newer !== undefined) return `Paused. Newer calls: ${count(newer)}.`;
  const unseen =
    live.unseen === 0 ? '' : ` Calls that came too fast to be shown: ${count(live.unseen)}.`;
  const calls = quantity(shown, 'call', 'calls');
  return `${calls} of ${quantity(live.processes, 'process', 'processes')}.${unseen}`;
}

const quantity = (number: number, one: string, many: string) =>
  `${count(number)} ${number === 1 ? one : many}`;

/** A text that changes often, and that a screen reader reads from time to time. */
function Announced({ text }: { text: string }) {
  const [told, setTold] = useState(text);
  const latest = useRef(text);
  latest.current = text;
  useEffect(() => {
    const timer = window.setInterval(() => setTold(latest.current), ANNOUNCED_EVERY);
    return () => window.clearInterval(timer);
  }, []);
  return (
    <>
      <p>{text}</p>
      <p class="unseen" role="status" aria-live="polite">
        {told}
      </p>
    </>
  );
}

interface ChoiceProps {
  readonly name: string;
  readonly all: string;
  readonly value: string;
  readonly choices: readonly string[];
  readonly onChoose: (value: string) => void;
}

function Choice({ name, all, value, choices, onChoose }: ChoiceProps) {
  const known = value === '' || choices.includes(value) ? choices : [...choices, value];
  return (
    <label>
      {name}
      <select value={value} onChange={({ currentTarget }) => onChoose(currentTarget.value)}>
        <option value="">{all}</option>
        {known.map((each) => (
          <option key={each} value={each}>
            {visible(each)}
          </option>
        ))}
      </select>
    </label>
  );
}

function Nothing({ live, hasCalls }: { live: LiveState; hasCalls: boolean }) {
  if (hasCalls)
    return <Empty>No call meets these conditions. Choose all outcomes and models.</Empty>;
  if (live.processes > 0) return <Empty>The processes asked nothing within ten minutes.</Empty>;
  return (
    <Empty>
      No process shows its calls. Turn it on with{' '}
      <code>{'createLlmCache({ store, live: true })'}</code>, or set{' '}
      <code>CACHED_LLM_LIVE=true</code> for the default cache. <code>cached-llm proxy</code> and{' '}
      <code>cached-llm run</code> show theirs by themselves. What all processes count is below.
    </Empty>
  );
}

/** What all processes counted, also those whose calls are not shown. */
function Counted({ counted, shown }: { counted: CountedCalls; shown: number }) {
  const { processes, hits, stale, collapsed, misses, bypasses } = counted;
  return (
    <Section title="All processes, last hour">
      <p class="note">
        {quantity(processes, 'process', 'processes')} counted requests, and {count(shown)}{' '}
        {shown === 1 ? 'shows its' : 'show their'} calls here. Counts are written every ten seconds.
      </p>
      <dl class="figures">
        <Figure name="hits" value={count(hits)} />
        <Figure name="stale" value={count(stale)} />
        <Figure name="collapsed" value={count(collapsed)} />
        <Figure name="misses" value={count(misses)} />
        <Figure name="bypasses" value={count(bypasses)} />
      </dl>
    </Section>
  );
}
