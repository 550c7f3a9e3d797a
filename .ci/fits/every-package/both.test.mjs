import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import fits from 'fits-trial';
import names from './names.cjs';

const require = createRequire(import.meta.url);

for (const name of names.NAMES)
  test(`${name} is imported, and required`, async () => {
    const esm = await import(name);
    if (!names.BOUND.includes(name)) assert.ok(fits.isOne(esm, require(name)));
  });
