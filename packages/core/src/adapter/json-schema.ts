import { type Fields, fieldsOf, isFields, isGiven, listOf } from '../key/index.ts';
import { parsedJson } from './model-message.ts';

/** A schema may come as a text (Bedrock, vLLM). */
function schemaOf(value: unknown): Fields | undefined {
  const schema = typeof value === 'string' ? parsedJson(value)[0] : value;
  return isFields(schema) ? schema : undefined;
}

const SCHEMA_WORDS = ['properties', 'required', 'items'];

/** The schema in a format that a request names. Undefined where the provider does not promise to keep to it. */
export function schemaIn(format: unknown): Fields | undefined {
  const fields = schemaOf(format);
  if (fields === undefined) return undefined;
  const { json_schema, jsonSchema = json_schema, structure } = fields;
  const spec = fieldsOf(jsonSchema ?? fieldsOf(structure).jsonSchema ?? fields);
  const { schema, schemaDefinition = spec.schema_definition } = spec;
  // OpenAI names each schema, and keeps to it where `strict` is true (`ResponseFormatJSONSchema` in openai, resources/shared.d.ts).
  if (isGiven(spec.name) && spec.strict !== true) return undefined;
  const isSchema = SCHEMA_WORDS.some((word) => word in fields);
  return schemaOf(schema ?? schemaDefinition) ?? (isSchema ? fields : undefined);
}

const IS_OF_TYPE: Readonly<Record<string, (value: unknown) => boolean>> = {
  object: isFields,
  array: Array.isArray,
  string: (value) => typeof value === 'string',
  number: (value) => typeof value === 'number',
  integer: Number.isInteger,
  boolean: (value) => typeof value === 'boolean',
  null: (value) => value === null,
};

/** Has the value the type at the top of the schema, and the fields that are required there? Nothing else is checked. */
export function fitsSchema(value: unknown, { type, nullable, required }: Fields): boolean {
  if (value === null && nullable === true) return true; // Google's
  const types = [type].flat().filter((each) => typeof each === 'string');
  const isOf = (each: string) => IS_OF_TYPE[each.toLowerCase()]?.(value) ?? true;
  const isOfType = types.length === 0 || types.some(isOf);
  const names = isFields(value) ? listOf(required) : [];
  return isOfType && names.every((name) => String(name) in Object(value));
}
