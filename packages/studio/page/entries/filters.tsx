import { get } from '../api.ts';
import { STATES } from '../facts.ts';
import { useAnswer } from '../use-answer.ts';
import { visible } from '../visible.ts';
import { type Filter, NO_FILTER } from './looking.ts';

interface Names {
  readonly providers: readonly string[];
  readonly models: readonly string[];
  readonly tags: readonly string[];
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** A value, and how it is called. */
type Option = readonly [string, string];

const younger = (milliseconds: number, name: string): Option => [`<${milliseconds}`, name];
const older = (milliseconds: number, name: string): Option => [`>${milliseconds}`, name];
const AGES: readonly Option[] = [
  younger(HOUR, 'at most 1 hour'),
  younger(DAY, 'at most 1 day'),
  younger(7 * DAY, 'at most 7 days'),
  older(HOUR, 'more than 1 hour'),
  older(DAY, 'more than 1 day'),
  older(7 * DAY, 'more than 7 days'),
  older(30 * DAY, 'more than 30 days'),
];
const SIZES: readonly Option[] = [
  ['1000', '1 kB or more'],
  ['10000', '10 kB or more'],
  ['100000', '100 kB or more'],
  ['1000000', '1 MB or more'],
];
const SHARING: readonly Option[] = [
  ['shared', 'shared by all'],
  ['scoped', 'one scope'],
];

/** The age in a filter, as an option. */
const ageOf = ({ olderThan, youngerThan }: Filter) =>
  olderThan !== '' ? `>${olderThan}` : youngerThan !== '' ? `<${youngerThan}` : '';

const agePart = (value: string): Partial<Filter> => ({
  olderThan: value.startsWith('>') ? value.slice(1) : '',
  youngerThan: value.startsWith('<') ? value.slice(1) : '',
});

const namesOf = (names: readonly string[] = []): readonly Option[] =>
  names.map((name) => [name, visible(name)]);

/** The fields above the table. */
export function Filters({ filter, onChange, total }: FiltersProps) {
  const { fact: names } = useAnswer(`names ${total}`, () => get<Names>('names'));
  const set = (part: Partial<Filter>) => onChange({ ...filter, ...part });
  const choice = (name: 'provider' | 'model' | 'tag' | 'state' | 'largerThan') => ({
    value: filter[name],
    onChange: (value: string) => set({ [name]: value }),
  });
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
      <Choice name="Provider" {...choice('provider')} of={namesOf(names?.providers)} />
      <Choice name="Model" {...choice('model')} of={namesOf(names?.models)} />
      <Choice name="Tag" {...choice('tag')} of={namesOf(names?.tags)} />
      <Choice name="State" {...choice('state')} of={namesOf(STATES)} />
      <Choice
        name="Age"
        value={ageOf(filter)}
        of={AGES}
        onChange={(value) => set(agePart(value))}
      />
      <Choice name="Size" {...choice('largerThan')} of={SIZES} />
      <ScopeFields filter={filter} onSet={set} />
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

/** Scopes are not listed, because they may name people. */
function ScopeFields({ filter, onSet }: ScopeProps) {
  const set = (value: string) =>
    onSet({ sharing: value as Filter['sharing'] /* one of SHARING */ });
  return (
    <>
      <Choice name="Scope" value={filter.sharing} of={SHARING} onChange={set} />
      {filter.sharing === 'scoped' && (
        <label>
          Name of the scope
          <input
            value={filter.scope}
            spellcheck={false}
            autocomplete="off"
            onInput={({ currentTarget }) => onSet({ scope: currentTarget.value })}
          />
        </label>
      )}
    </>
  );
}

interface ScopeProps {
  readonly filter: Filter;
  readonly onSet: (part: Partial<Filter>) => void;
}

/** A value that is in the address and is no option is shown as it is. */
function Choice({ name, value, of, onChange }: ChoiceProps) {
  const isKnown = value === '' || of.some(([each]) => each === value);
  const options: readonly Option[] = isKnown ? of : [...of, [value, visible(value)]];
  return (
    <label>
      {name}
      <select value={value} onChange={({ currentTarget }) => onChange(currentTarget.value)}>
        <option value="">all</option>
        {options.map(([each, shown]) => (
          <option key={each} value={each}>
            {shown}
          </option>
        ))}
      </select>
    </label>
  );
}

interface ChoiceProps {
  readonly name: string;
  readonly value: string;
  readonly of: readonly Option[];
  readonly onChange: (value: string) => void;
}
