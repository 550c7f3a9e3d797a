import { useEffect, useRef, useState } from 'preact/hooks';
import { download, post } from '../api.ts';
import { bytes, count } from '../format.ts';
import { Failed } from '../parts.tsx';

const ACTIONS = {
  invalidate: 'Invalidate',
  expire: 'Mark stale',
  delete: 'Delete',
} as const;
type Action = keyof typeof ACTIONS;

const WHAT: Readonly<Record<Action, string>> = {
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

function Confirm({ action, chosen, onClose, onDone }: ConfirmProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [plan, setPlan] = useState<Plan | undefined>();
  const [typed, setTyped] = useState('');
  const [error, setError] = useState<string | undefined>();
  useEffect(() => {
    dialog.current?.showModal();
    post<Plan>('steer', { action, ...chosen }).then(setPlan, ({ message }: Error) =>
      setError(message),
    );
  }, []);
  const isConfirmed = plan !== undefined && typed.trim() === String(plan.count) && plan.count > 0;
  const carryOut = (event: Event) => {
    event.preventDefault();
    if (!isConfirmed) return;
    post('steer', { action, ...chosen, count: plan.count }).then(onDone, ({ message }: Error) =>
      setError(message),
    );
  };
  return (
    <dialog ref={dialog} onClose={onClose} aria-labelledby="steer-title">
      <form onSubmit={carryOut}>
        <h2 id="steer-title">{ACTIONS[action]}</h2>
        <p>{WHAT[action]} This cannot be undone.</p>
        {plan === undefined && error === undefined && <p>Counting the entries…</p>}
        {plan !== undefined && (
          <label>
            {count(plan.count)} {plan.count === 1 ? 'entry' : 'entries'} ({bytes(plan.bytes)}). Type{' '}
            {plan.count} to confirm.
            <input
              inputMode="numeric"
              ref={focusOnce}
              value={typed}
              onInput={({ currentTarget }) => setTyped(currentTarget.value)}
            />
          </label>
        )}
        {error !== undefined && <Failed message={error} />}
        <div class="fields">
          <button type="submit" disabled={!isConfirmed}>
            {ACTIONS[action]}
          </button>
          <button type="button" onClick={() => dialog.current?.close()}>
            Cancel
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
