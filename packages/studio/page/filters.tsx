import { get } from './api.ts';
import { STATES } from './facts.ts';
import { useAnswer } from './use-answer.ts';
import { visible } from './visible.ts';

/** What the table shows. */
export interface Filter {
  readonly text: string;
  readonly provider: string;
  readonly model: string;
  readonly tag: string;
  readonly state: string;
}

export const NO_FILTER: Filter = { text: '', provider: '', model: '', tag: '', state: '' };

interface Names {
  readonly providers: readonly string[];
  readonly models: readonly string[];
  readonly tags: readonly string[];
}

/** The fields above the table. */
export function Filters({ filter, onChange, total }: FiltersProps) {
  const { fact: names } = useAnswer(`names ${total}`, () => get<Names>('names'));
  const set = (part: Partial<Filter>) => onChange({ ...filter, ...part });
  return (
    <form
      class="fields"
      aria-label="Filter the entries"
      onSubmit={(event) => event.preventDefault()}
    >
      <label>
        Search
        <input
          type="search"
          value={filter.text}
          placeholder="key, model or tag"
          onInput={({ currentTarget }) => set({ text: currentTarget.value })}
        />
      </label>
      <Choice
        name="Provider"
        value={filter.provider}
        of={names?.providers ?? []}
        onChange={(provider) => set({ provider })}
      />
      <Choice
        name="Model"
        value={filter.model}
        of={names?.models ?? []}
        onChange={(model) => set({ model })}
      />
      <Choice
        name="Tag"
        value={filter.tag}
        of={names?.tags ?? []}
        onChange={(tag) => set({ tag })}
      />
      <Choice name="State" value={filter.state} of={STATES} onChange={(state) => set({ state })} />
      <button type="button" onClick={() => onChange(NO_FILTER)}>
        Clear
      </button>
    </form>
  );
}

interface FiltersProps {
  readonly filter: Filter;
  readonly onChange: (filter: Filter) => void;
  readonly total: number;
}

function Choice({ name, value, of, onChange }: ChoiceProps) {
  return (
    <label>
      {name}
      <select value={value} onChange={({ currentTarget }) => onChange(currentTarget.value)}>
        <option value="">all</option>
        {of.map((each) => (
          <option key={each} value={each}>
            {visible(each)}
          </option>
        ))}
      </select>
    </label>
  );
}

interface ChoiceProps {
  readonly name: string;
  readonly value: string;
  readonly of: readonly string[];
  readonly onChange: (value: string) => void;
}
