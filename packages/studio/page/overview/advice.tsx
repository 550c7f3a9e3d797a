import { get } from '../api.ts';
import type { Diagnosis, HealthCheck } from '../facts.ts';
import { Failed, Section } from '../parts.tsx';
import { useAnswer } from '../use-answer.ts';
import { visible } from '../visible.ts';

/** Whether the store answers, as `cached-llm health` says. */
export function Health() {
  const { fact, error } = useAnswer('health', () => get<HealthCheck>('health'));
  const checks = fact?.checks.filter(({ name }) => name !== 'version') ?? [];
  return (
    <Section title="Store health">
      {error !== undefined && <Failed message={error} />}
      {fact === undefined && error === undefined && <p>Asking the store…</p>}
      <ul class="checks">
        {checks.map(({ name, healthy, found }) => (
          <li key={name + found} class={healthy ? 'good' : 'bad'}>
            <span class="mark">{healthy ? '✓' : '✗'}</span>
            <span>
              <span class="unseen">{healthy ? 'in order: ' : 'a problem: '}</span>
              <strong>{name}</strong> {visible(found)}
            </span>
          </li>
        ))}
      </ul>
    </Section>
  );
}

type Finding = Diagnosis['findings'][number];

const Findings = ({ findings }: { findings: readonly Finding[] }) => (
  <ul class="advice">
    {findings.map(({ name, found, remedy }) => (
      <li key={name + found}>
        <strong>{name}</strong> {visible(found)}{' '}
        {remedy !== undefined && <em>{visible(remedy)}</em>}
      </li>
    ))}
  </ul>
);

/** What keeps requests from being hits, as `cached-llm doctor` says: the problems, the fields that change, and all that was looked at. */
export function Advice({ since }: { since: string }) {
  const ask = () => get<Diagnosis>('doctor', { since });
  const { fact, error } = useAnswer(`doctor ${since}`, ask);
  const findings = fact?.findings ?? [];
  const problems = findings.filter(({ healthy }) => !healthy);
  const fields = findings.filter(({ name, healthy }) => healthy && name === 'fields');
  const others = findings.filter(({ name, healthy }) => healthy && name !== 'fields');
  return (
    <Section title="Advice">
      {error !== undefined && <Failed message={error} />}
      {fact === undefined && error === undefined && <p>Looking for problems…</p>}
      {fact?.healthy === true && <p>No problem was found.</p>}
      <Findings findings={[...problems, ...fields]} />
      {others.length > 0 && (
        <details>
          <summary>What else was looked at</summary>
          <Findings findings={others} />
        </details>
      )}
    </Section>
  );
}
