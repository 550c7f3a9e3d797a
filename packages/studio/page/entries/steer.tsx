import { useEffect, useRef, useState } from 'preact/hooks';
import { download, post } from '../api.ts';
import { bytes, count } from '../format.ts';
import { Failed } from '../parts.tsx';

const ACTIONS = {
  tag: 'Change tags',
  invalidate: 'Invalidate',
  expire: 'Mark stale',
  delete: 'Delete',
} as const;
type Action = keyof typeof ACTIONS;

const WHAT: Readonly<Record<Action, string>> = {
  tag: 'These entries get and lose the tags below. Their answers and times stay.',
  invalidate:
    'These entries are never served again, in any process. They are removed from the store later.',
  expire: 'These entries are stale from now on.',
  delete: 'These entries are never served again, and are removed from the store at once.',
};

/** Which entries: by their keys, or all that a filter shows. */
export type Chosen = { readonly keys: readonly string[] } | { readonly filter: string };

interface Plan {
  readonly count: number;
  readonly bytes: number;
}

/** Saves the entries with their answers in a file, which `cached-llm import` reads. */
export function Export({ chosen }: { chosen: Chosen }) {
  const [error, setError] = useState<string | undefined>();
  const save = () =>
    download('export', chosen).then(
      () => setError(undefined),
      ({ message }: Error) => setError(message),
    );
  return (
    <>
      <button
        type="button"
        title="The file holds the answers, and is not encrypted."
        onClick={save}
      >
        Export
      </button>
      {error !== undefined && <Failed message={error} />}
    </>
  );
}

/** The buttons that change entries. Each says first what it will do. */
export function Steer({ chosen, onDone }: { chosen: Chosen; onDone: () => void }) {
  const [action, setAction] = useState<Action | undefined>();
  const close = () => setAction(undefined);
  const done = () => {
    close();
    onDone();
  };
  return (
    <>
      {Object.entries(ACTIONS).map(([name, title]) => (
        <button
          key={name}
          type="button"
          onClick={() => setAction(name as Action /* a key of ACTIONS */)}
        >
          {title}…
        </button>
      ))}
      {action !== undefined && (
        <Confirm action={action} chosen={chosen} onClose={close} onDone={done} />
      )}
    </>
  );
}

/** The field is there only when the entries are counted, so that `autofocus` does not reach it. */
const focusOnce = (field: HTMLInputElement | null) => field?.focus();

/** Tags as a person writes them: with commas between. */
const tagsOf = (text: string) =>
  text
    .split(',')
    .map((tag) => tag.trim())
    .filter((tag) => tag !== '');

/** An action that was confirmed, as the server reads it. */
interface Order {
  readonly action: Action;
  readonly add?: readonly string[];
  readonly remove?: readonly string[];
}

/** What the server did, and why it did nothing to some entries. */
interface Done {
  readonly done: number;
  readonly refused: readonly { readonly entries: number; readonly why: string }[];
}

const refusedText = ({ refused }: Done) =>
  refused.map(({ entries, why }) => `${count(entries)} not changed: ${why}`).join(' ');

function Confirm({ action, chosen, onClose, onDone }: ConfirmProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [plan, setPlan] = useState<Plan | undefined>();
  const [tags, setTags] = useState({ add: '', remove: '' });
  const [typed, setTyped] = useState('');
  const [error, setError] = useState<string | undefined>();
  const fail = ({ message }: Error) => setError(message);
  useEffect(() => {
    dialog.current?.showModal();
    post<Plan>('steer', { action, ...chosen }).then(setPlan, fail);
  }, []);
  const [add, remove] = [tagsOf(tags.add), tagsOf(tags.remove)];
  const isComplete = action !== 'tag' || add.length + remove.length > 0;
  const isCounted = plan !== undefined && typed.trim() === String(plan.count) && plan.count > 0;
  const carryOut = (event: Event) => {
    event.preventDefault();
    if (!isCounted || !isComplete) return;
    const order: Order = action === 'tag' ? { action, add, remove } : { action };
    const ended = (done: Done) =>
      done.refused.length === 0 ? onDone() : setError(refusedText(done));
    post<Done>('steer', { ...order, ...chosen, count: plan.count }).then(ended, fail);
  };
  return (
    <dialog ref={dialog} onClose={onClose} aria-labelledby="steer-title">
      <form onSubmit={carryOut}>
        <h2 id="steer-title">{ACTIONS[action]}</h2>
        <p>{WHAT[action]} This cannot be undone.</p>
        {action === 'tag' && <TagFields tags={tags} onTags={setTags} />}
        {plan === undefined && error === undefined && <p>Counting the entries…</p>}
        {plan !== undefined && (
          <label>
            {count(plan.count)} {plan.count === 1 ? 'entry' : 'entries'} ({bytes(plan.bytes)}). Type{' '}
            {plan.count} to confirm.
            <input
              inputMode="numeric"
              ref={action === 'tag' ? null : focusOnce}
              value={typed}
              onInput={({ currentTarget }) => setTyped(currentTarget.value)}
            />
          </label>
        )}
        {error !== undefined && <Failed message={error} />}
        <div class="fields">
          <button type="submit" disabled={!isCounted || !isComplete}>
            {ACTIONS[action]}
          </button>
          <button type="button" onClick={() => dialog.current?.close()}>
            {error === undefined ? 'Cancel' : 'Close'}
          </button>
        </div>
      </form>
    </dialog>
  );
}

interface ConfirmProps {
  readonly action: Action;
  readonly chosen: Chosen;
  readonly onClose: () => void;
  readonly onDone: () => void;
}

type Tags = Readonly<Record<'add' | 'remove', string>>;

function TagFields({ tags, onTags }: { tags: Tags; onTags: (tags: Tags) => void }) {
  return (
    <>
      <label>
        Tags to add, with commas between
        <input
          ref={focusOnce}
          value={tags.add}
          spellcheck={false}
          onInput={({ currentTarget }) => onTags({ ...tags, add: currentTarget.value })}
        />
      </label>
      <label>
        Tags to remove
        <input
          value={tags.remove}
          spellcheck={false}
          onInput={({ currentTarget }) => onTags({ ...tags, remove: currentTarget.value })}
        />
      </label>
    </>
  );
}
