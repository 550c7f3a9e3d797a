import { type Fields, isFields } from './call-identity.ts';

/** Reads of what a provider sent, which may be anything. */

export const isGiven = (value: unknown) => value !== undefined && value !== null;

export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

export const fieldsOf = (value: unknown): Fields => (isFields(value) ? value : {});

export const numberOf = (value: unknown) => (typeof value === 'number' ? value : undefined);
