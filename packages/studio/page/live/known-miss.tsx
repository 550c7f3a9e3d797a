import { get } from '../api.ts';
import type { KnownMiss as Known } from '../facts.ts';
import { count, instant, shortKey } from '../format.ts';
import { Failed, Section } from '../parts.tsx';
import { useAnswer } from '../use-answer.ts';
import { visible } from '../visible.ts';

/** Why a call was a miss that was picked in the view Live: only its key is known, and what is stored. */
export function KnownMiss({ missKey }: { missKey: string }) {
  const { fact, error } = useAnswer(missKey, () => get<Known>('miss', { key: missKey }));
  return (
    <Section title={`The miss ${shortKey(missKey)}`}>
      <p>
        Its key is <code>{visible(missKey)}</code>. When it was asked, no entry under this key could
        be served.
      </p>
      {error !== undefined && <Failed message={error} />}
      {fact === undefined && error === undefined && <p>Looking for the nearest entry…</p>}
      {fact !== undefined && <Found miss={fact} />}
    </Section>
  );
}

function Found({
  miss: { key, state, storedAt, isExplained, nearest, searched },
}: {
  miss: Known;
}) {
  if (state === 'absent')
    return (
      <p>
        Nothing is stored under it now, so its fields are not known. Paste the request below to
        compare it.
      </p>
    );
  const entry = <a href={`#/entry/${encodeURIComponent(key)}`}>{shortKey(key)}</a>;
  return (
    <>
      <p>
        Its answer is the entry {entry}, which is {state}
        {storedAt !== undefined && <> and was stored at {instant(storedAt)} UTC</>}.
      </p>
      {!isExplained && (
        <p>
          The entry was stored without <code>explain: true</code>, so its fields are not known.
          Paste the request below to compare it.
        </p>
      )}
      {isExplained && <Nearest nearest={nearest} searched={searched} />}
    </>
  );
}

function Nearest({ nearest, searched }: Pick<Known, 'nearest' | 'searched'>) {
  if (nearest === undefined)
    return <p>No older entry of its provider and scope was there to compare it with.</p>;
  const { key, differing } = nearest;
  return (
    <p>
      The nearest of {count(searched)} older entries is{' '}
      <a href={`#/entry/${encodeURIComponent(key)}`}>{shortKey(key)}</a>.{' '}
      {differing === undefined
        ? 'It was stored without explain: true, so its fields cannot be compared.'
        : `It differs in: ${visible(differing.join(', ')) || 'no known field'}.`}
    </p>
  );
}
