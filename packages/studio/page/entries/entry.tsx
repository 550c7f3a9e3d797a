import { useState } from 'preact/hooks';
import { get } from '../api.ts';
import type { EntryDetails } from '../facts.ts';
import { bytes, count, duration, instant, shortKey } from '../format.ts';
import { Failed, Figure, Section } from '../parts.tsx';
import { useAnswer } from '../use-answer.ts';
import { visible } from '../visible.ts';
import { type AnswerPart, shownAnswer } from './answer-parts.ts';
import { entriesAddress } from './looking.ts';

/** One entry. Its answer and its scope stay hidden until the user reveals them. */
export function Entry({ entryKey }: { entryKey: string }) {
  const [isRevealed, setRevealed] = useState(false);
  const reveal = isRevealed ? 'true' : undefined;
  const ask = () => get<EntryDetails>('entry', { key: entryKey, reveal });
  const { fact, error } = useAnswer(`${entryKey} ${reveal}`, ask);
  return (
    <>
      <header class="view">
        <h1>Entry {shortKey(entryKey)}</h1>
        <a href={entriesAddress()}>All entries</a>
      </header>
      {error !== undefined && <Failed message={error} />}
      {fact !== undefined && <Details entry={fact} />}
      {fact !== undefined && !isRevealed && (
        <p>
          The answer has {count(fact.characters)} characters, and is hidden.{' '}
          <button type="button" onClick={() => setRevealed(true)}>
            Reveal the answer
          </button>
        </p>
      )}
      {fact?.payload !== undefined && <Answer entry={fact} payload={fact.payload} />}
    </>
  );
}

function Details({ entry }: { entry: EntryDetails }) {
  const { provider, model, served, state, storedAt, freshUntil, usage, took, tags = [] } = entry;
  const scope = entry.isScoped ? (entry.scope ?? 'hidden') : 'shared by all';
  return (
    <>
      <p>
        <code class="key">{entry.key}</code>
      </p>
      <dl class="figures">
        <Figure
          name="state"
          value={state}
          note={state === 'fresh' ? `until ${until(freshUntil)}` : undefined}
        />
        <Figure
          name="stored"
          value={`${duration(Date.now() - storedAt)} ago`}
          note={instant(storedAt)}
        />
        <Figure name="provider" value={visible(provider)} />
        <Figure
          name="model"
          value={visible(model ?? '–')}
          note={served?.model && `served by ${visible(served.model)}`}
        />
        <Figure name="kind" value={entry.kind} />
        <Figure name="size" value={bytes(entry.bytes)} />
        <Figure
          name="usage"
          value={
            usage === undefined
              ? '–'
              : `${count(usage.inputTokens ?? 0)} in, ${count(usage.outputTokens ?? 0)} out`
          }
        />
        <Figure name="the provider took" value={duration(took)} />
        <Figure name="scope" value={visible(scope)} />
        <Figure name="tags" value={visible(tags.join(', ')) || '–'} />
      </dl>
      {entry.fields !== undefined && (
        <details>
          <summary>The key covers {count(entry.fields.length)} fields</summary>
          <p>{visible(entry.fields.join(', '))}</p>
        </details>
      )}
    </>
  );
}

/** The last instant that a `Date` can hold. */
const LAST_INSTANT = 8.64e15;
const until = (time: number) => (time > LAST_INSTANT ? 'it is removed' : instant(time));

function Answer({ entry, payload }: { entry: EntryDetails; payload: string }) {
  const { parts, chunks, raw } = shownAnswer(payload, entry.kind);
  return (
    <>
      <Section title="Answer">
        {parts.length === 0 && <p>This answer has no text. Its JSON is below.</p>}
        {parts.map((part, index) => (
          <Part key={`${index} ${part.kind}`} part={part} />
        ))}
      </Section>
      {chunks.length > 0 && <Chunks chunks={chunks} delays={entry.delays} />}
      <Section title="As it is stored">
        <details>
          <summary>JSON</summary>
          <pre>{visible(raw)}</pre>
        </details>
      </Section>
    </>
  );
}

function Part({ part }: { part: AnswerPart }) {
  if (part.kind === 'text') return <blockquote>{visible(part.text)}</blockquote>;
  if (part.kind === 'image') return <img src={part.url} alt="in the answer" />;
  if (part.kind === 'vector') return <Vector numbers={part.numbers} />;
  return (
    <p>
      <strong>calls {visible(part.name)}</strong> <code>{visible(part.given)}</code>
    </p>
  );
}

const WIDTH = 512;
const HEIGHT = 64;

/** A vector as lines around zero. */
function Vector({ numbers }: { numbers: readonly number[] }) {
  const largest = Math.max(...numbers.map(Math.abs)) || 1;
  const middle = HEIGHT / 2;
  const path = numbers
    .map(
      (each, index) =>
        `M${(index * WIDTH) / numbers.length} ${middle}V${middle - (each / largest) * middle}`,
    )
    .join('');
  return (
    <figure class="vector">
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        role="img"
        aria-label={`A vector of ${numbers.length} numbers`}
      >
        <path d={path} />
      </svg>
      <figcaption>{count(numbers.length)} numbers</figcaption>
    </figure>
  );
}

const MOST_CHUNKS = 500;

function Chunks({
  chunks,
  delays = [],
}: {
  chunks: readonly string[];
  delays?: readonly number[] | undefined;
}) {
  let at = 0;
  return (
    <Section title={`${count(chunks.length)} chunks`}>
      <ol class="chunks">
        {chunks.slice(0, MOST_CHUNKS).map((chunk, index) => {
          at += delays[index] ?? 0;
          return (
            <li key={`${index}`}>
              {delays.length > 0 && <small>after {duration(at)}</small>}{' '}
              <code>{visible(chunk)}</code>
            </li>
          );
        })}
      </ol>
      {chunks.length > MOST_CHUNKS && <p>The first {MOST_CHUNKS} are shown.</p>}
    </Section>
  );
}
