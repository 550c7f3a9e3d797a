import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';

const run = (program, ...words) =>
  execFileSync(program, [...words, 'Why is the sea salty?'], {
    cwd: import.meta.dirname,
    encoding: 'utf8',
  });

test('a program in Python answers', () => {
  assert.match(run('python3', 'ask.py'), /rivers/i);
});

test('a shell script streams, event by event', () => {
  const events = run('sh', 'ask.sh').trim().split('\n\n');
  assert.ok(events.length > 2);
  assert.equal(events.at(-1), 'data: [DONE]');
});
