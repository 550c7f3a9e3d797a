import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { expect } from '@jest/globals';

/** The part of `ajv` that is used. */
interface Ajv {
  compile(schema: object): ((value: unknown) => boolean) & { readonly errors?: unknown };
}

const require = createRequire(import.meta.url);
export const { Ajv2020 } = require('ajv/dist/2020') as { Ajv2020: new (options: object) => Ajv };

export interface Schema {
  readonly description?: string;
  readonly type?: string;
  readonly $ref?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly $defs?: Readonly<Record<string, Schema>>;
}

export const SCHEMA: Schema = JSON.parse(
  readFileSync(require.resolve('cached-llm/output.schema.json'), 'utf8'),
);

/** The same schema, which allows no field that it does not name: each one that is printed must be documented. */
function strict(part: unknown): unknown {
  if (Array.isArray(part)) return part.map(strict);
  if (typeof part !== 'object' || part === null) return part;
  const parts = Object.entries(part).map(([name, value]) => [name, strict(value)]);
  const made = Object.fromEntries(parts);
  return 'properties' in part ? { additionalProperties: false, ...made } : made;
}

const { anyOf: _anyOf, $id: _id, ...shared } = strict(SCHEMA) as Schema & { $id: string };
const ajv = new Ajv2020({ strict: true, allErrors: true });

/** Fails with what is wrong where a line does not have the shape of `#/$defs/<name>`. */
export function expectShape(name: string, lines: readonly unknown[]): void {
  const validate = ajv.compile({ ...shared, $ref: `#/$defs/${name}` });
  expect(lines.length).toBeGreaterThan(0);
  for (const line of lines) {
    const isValid = validate(line);
    expect({ line, errors: isValid ? [] : validate.errors }).toEqual({ line, errors: [] });
  }
}
