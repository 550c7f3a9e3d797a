import { useState } from 'preact/hooks';
import { post } from './api.ts';
import type { Explanation } from './facts.ts';
import { count, shortKey } from './format.ts';
import { KnownMiss } from './live/index.ts';
import { Failed, Section } from './parts.tsx';
import { entryAddress } from './place.ts';
import { visible } from './visible.ts';

/** What the user pastes. */
interface Question {
  readonly request: string;
  readonly url: string;
  readonly adapter: string;
  readonly scope: string;
}

const EXAMPLE =
  '{ "provider": "openai", "operation": "chat", "request": { "model": "gpt-4o", "messages": [] } }';

/** Says of a request that the user pastes whether it is a hit, and why not; and what is known of a miss that was picked. */
export function Why({ missKey }: { missKey?: string | undefined }) {
  const [explanation, setExplanation] = useState<Explanation | undefined>();
  const [error, setError] = useState<string | undefined>();
  const ask = (question: Question) =>
    post<Explanation>('explain', question).then(
      (fact) => {
        setExplanation(fact);
        setError(undefined);
      },
      ({ message }: Error) => {
        setExplanation(undefined);
        setError(message);
      },
    );
  return (
    <>
      <header class="view">
        <h1>Why a miss?</h1>
      </header>
      {missKey !== undefined && <KnownMiss missKey={missKey} />}
      <Form onAsk={ask} />
      {error !== undefined && <Failed message={error} />}
      {explanation !== undefined && <Explained explanation={explanation} />}
    </>
  );
}

function Form({ onAsk }: { onAsk: (question: Question) => void }) {
  const [question, setQuestion] = useState<Question>({
    request: '',
    url: '',
    adapter: '',
    scope: '',
  });
  const set = (field: Partial<Question>) => setQuestion({ ...question, ...field });
  const drop = async (event: DragEvent) => {
    const [file] = event.dataTransfer?.files ?? [];
    if (file === undefined) return;
    event.preventDefault();
    set({ request: await file.text() });
  };
  return (
    <form
      class="why"
      onSubmit={(event) => {
        event.preventDefault();
        onAsk(question);
      }}
    >
      <label>
        The request, as JSON
        <textarea
          rows={10}
          required
          spellcheck={false}
          placeholder={EXAMPLE}
          value={question.request}
          onInput={({ currentTarget }) => set({ request: currentTarget.value })}
          onDragOver={(event) => event.preventDefault()}
          onDrop={drop}
        />
      </label>
      <p class="note">
        Paste what you pass to cache.keyOf. Or paste the body of an HTTP request, and write its URL.
      </p>
      <div class="fields">
        <Field name="URL of the request" value={question.url} onInput={(url) => set({ url })} />
        <Field
          name="Adapter, such as openai"
          value={question.adapter}
          onInput={(adapter) => set({ adapter })}
        />
        <Field name="Scope" value={question.scope} onInput={(scope) => set({ scope })} />
        <button type="submit">Explain</button>
      </div>
    </form>
  );
}

function Field({
  name,
  value,
  onInput,
}: {
  name: string;
  value: string;
  onInput: (text: string) => void;
}) {
  return (
    <label>
      {name}
      <input
        value={value}
        spellcheck={false}
        onInput={({ currentTarget }) => onInput(currentTarget.value)}
      />
    </label>
  );
}

const outcomes: Readonly<Record<string, string>> = {
  fresh: 'This request is a hit.',
  absent: 'This request is a miss, because no entry is stored under its key.',
};

function Explained({
  explanation: { key, state, nearest, searched, identity },
}: {
  explanation: Explanation;
}) {
  return (
    <Section title="Answer">
      <p>
        <strong>{outcomes[state] ?? `The entry of this request is ${state}.`}</strong>
      </p>
      <p>
        Its key is <code>{key}</code>.
      </p>
      {nearest !== undefined && (
        <p>
          The nearest entry is <a href={entryAddress(nearest.key)}>{shortKey(nearest.key)}</a>.{' '}
          {nearest.differing === undefined
            ? 'It was stored without explain: true, so its fields cannot be compared.'
            : `It differs in: ${visible(nearest.differing.join(', ')) || 'no known field'}.`}
        </p>
      )}
      {searched !== undefined && <p>{count(searched.entries)} entries were compared.</p>}
      <details>
        <summary>What the key covers</summary>
        <pre>{visible(JSON.stringify(identity, undefined, 2))}</pre>
      </details>
    </Section>
  );
}
