import { useState } from 'preact/hooks';
import { get } from '../api.ts';
import type { Difference, EntryDetails } from '../facts.ts';
import { bytes, count, duration, instant, shortKey } from '../format.ts';
import { Failed, Section, Table } from '../parts.tsx';
import { entryAddress } from '../place.ts';
import { useAnswer } from '../use-answer.ts';
import { visible } from '../visible.ts';
import { shownAnswer } from './answer-parts.ts';
import { type DiffLine, lineDiff } from './line-diff.ts';

interface Pair {
  readonly one: string;
  readonly other: string;
}

const both = <Fact,>({ one, other }: Pair, read: (key: string) => Promise<Fact>) =>
  Promise.all([read(one), read(other)]);

/** Two selected entries, side by side. */
export function Compared({ one, other }: Pair) {
  const pair = { one, other };
  const { fact, error } = useAnswer(`${one} ${other}`, async () => {
    const entries = await both(pair, (key) => get<EntryDetails>('entry', { key }));
    return { entries, difference: await get<Difference>('diff', { one, other }) };
  });
  return (
    <Section title={`${shortKey(one)} and ${shortKey(other)}`}>
      {error !== undefined && <Failed message={error} />}
      {fact !== undefined && <Facts entries={fact.entries} />}
      {fact !== undefined && <Paths difference={fact.difference} />}
      {fact !== undefined && <Answers key={`${one} ${other}`} {...pair} />}
    </Section>
  );
}

/** What is shown of each of the two. */
const FACTS: readonly (readonly [string, (entry: EntryDetails) => string])[] = [
  ['state', ({ state }) => state],
  ['stored', ({ storedAt }) => instant(storedAt)],
  ['provider', ({ provider }) => provider],
  ['model', ({ model = '–' }) => model],
  ['served by', ({ served }) => served?.model ?? '–'],
  ['kind', ({ kind }) => kind],
  ['tags', ({ tags = [] }) => tags.join(', ') || '–'],
  ['scope', ({ isScoped }) => (isScoped ? 'hidden' : 'shared by all')],
  ['size', ({ bytes: size }) => bytes(size)],
  [
    'tokens',
    ({ usage }) =>
      usage === undefined
        ? '–'
        : `${count(usage.inputTokens ?? 0)} in, ${count(usage.outputTokens ?? 0)} out`,
  ],
  ['the provider took', ({ took }) => duration(took)],
];

function Facts({ entries: [one, other] }: { entries: readonly EntryDetails[] }) {
  if (one === undefined || other === undefined) return null;
  return (
    <Table label="Two entries side by side" titles={['', shortKey(one.key), shortKey(other.key)]}>
      {FACTS.map(([name, textOf]) => {
        const [text, otherText] = [textOf(one), textOf(other)];
        return (
          <tr key={name} class={text === otherText ? undefined : 'differs'}>
            <th scope="row">{name}</th>
            <td>{visible(text)}</td>
            <td>{visible(otherText)}</td>
          </tr>
        );
      })}
      <tr>
        <th scope="row">alone</th>
        {[one, other].map(({ key }) => (
          <td key={key}>
            <a href={entryAddress(key)}>Entry {shortKey(key)}</a>
          </td>
        ))}
      </tr>
    </Table>
  );
}

/** The fields of the requests that differ. The values are not stored, and are in no entry. */
function Paths({ difference: { request } }: { difference: Difference }) {
  if (request === undefined)
    return (
      <p>
        The requests cannot be compared: one entry was stored without <code>explain: true</code>.
      </p>
    );
  if (request.length === 0) return <p>The requests have no field that differs.</p>;
  return (
    <>
      <p>
        The requests differ in {count(request.length)} {request.length === 1 ? 'field' : 'fields'}:
      </p>
      <ul class="paths">
        {request.map((path) => (
          <li key={path}>
            <code>{visible(path)}</code>
          </li>
        ))}
      </ul>
    </>
  );
}

/** The answers stay hidden until the user reveals them. */
function Answers(pair: Pair) {
  const [isRevealed, setRevealed] = useState(false);
  if (isRevealed) return <Revealed {...pair} />;
  return (
    <p>
      The answers are hidden.{' '}
      <button type="button" onClick={() => setRevealed(true)}>
        Reveal and compare the answers
      </button>
    </p>
  );
}

/** What a person reads of an answer: its texts and tool calls, or its JSON where there are none. */
function textOf({ payload = '', kind }: EntryDetails): string {
  const { parts, raw } = shownAnswer(payload, kind);
  const texts = parts.flatMap((part) => {
    if (part.kind === 'text') return [part.text];
    return part.kind === 'tool-call' ? [`calls ${part.name} ${part.given}`] : [];
  });
  return texts.length === 0 ? raw : texts.join('\n');
}

function Revealed({ one, other }: Pair) {
  const read = (key: string) => get<EntryDetails>('entry', { key, reveal: 'true' });
  const { fact, error } = useAnswer(`reveal ${one} ${other}`, () => both({ one, other }, read));
  if (error !== undefined) return <Failed message={error} />;
  if (fact === undefined) return <p>Reading the answers…</p>;
  const [text, otherText] = fact.map(textOf);
  if (text === otherText) return <p>The answers have the same text.</p>;
  const lines = lineDiff(text ?? '', otherText ?? '');
  if (lines === undefined) return <p>The answers differ in too many lines to show them.</p>;
  return <Lines lines={lines} {...{ one, other }} />;
}

const MARKS = { same: ' ', removed: '−', added: '+' } as const;

function Lines({ lines, one, other }: Pair & { lines: readonly DiffLine[] }) {
  return (
    <>
      <p class="note">
        − stands before lines of {shortKey(one)}, and + before lines of {shortKey(other)}.
      </p>
      <ol class="diff" aria-label="The answers, line by line">
        {lines.map(({ kind, text }, at) => (
          <li key={`${at}`} class={kind}>
            <span class="mark">{MARKS[kind]}</span>
            <span>{visible(text)}</span>
          </li>
        ))}
      </ol>
    </>
  );
}
