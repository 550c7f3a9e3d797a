import { describe, expect, test } from '@jest/globals';
import { Scrubber } from '../../src/test-fixtures/scrubber.ts';

const HEX = '0123456789abcdef';
const LETTERS = 'aB3dE5gH7jK9mN1pQ2sT4vW6yZ8';

/** A text of so many characters that repeats an alphabet. */
const of = (alphabet: string, length: number) =>
  Array.from({ length }, (_none, index) => alphabet[(index * 7 + 3) % alphabet.length]).join('');
const hex = (length: number) => of(HEX, length);
const word = (length: number) => of(LETTERS, length);
const upper = (length: number) => word(length).toUpperCase();

/**
 * Prefixes and lengths of the rules of gitleaks, as facts: github.com/gitleaks/gitleaks, config/gitleaks.toml, commit
 * 009e025ad4106ab333aa0b9dc4f2a884390d134c. Rules that need the name of a service beside a value are left out.
 */
const GITLEAKS: readonly string[] = [
  `ops_eyJ${word(250)}`,
  `p8e-${word(32)}`,
  `AGE-SECRET-KEY-1${upper(58)}`,
  `LTAI${word(20)}`,
  `sk-ant-admin01-${word(93)}AA`,
  `sk-ant-api03-${word(93)}AA`,
  `AKCp${word(69)}`,
  `cmVmd${word(59)}`,
  `ATATT3${word(186)}`,
  ...['A3TX', 'AKIA', 'ASIA', 'ABIA', 'ACCA'].map((start) => start + upper(16)),
  `abc8Q~${word(31)}`,
  `CLOJARS_${word(60)}`,
  `v1.0-${hex(24)}-${hex(146)}`,
  `dapi${hex(32)}-2`,
  ...['doo', 'dop', 'dor'].map((start) => `${start}_v1_${hex(64)}`),
  `dp.pt.${word(43)}`,
  `duffel_live_${word(43)}`,
  `dt0c01.${word(24)}.${word(64)}`,
  `EZAK${word(54)}`,
  `EZTK${word(54)}`,
  `EAAM${word(100)}`,
  `FLWSECK_TEST-${hex(32)}-X`,
  `fo1_${word(43)}`,
  `fm1r_${word(100)}`,
  `fm2_${word(100)}`,
  `fio-u-${word(64)}`,
  `AIza${word(35)}`,
];

/** Prefixes as the vendors document them, and those of `secret scanning` of GitHub: docs.github.com, "Supported secret scanning patterns". */
const DOCUMENTED: readonly string[] = [
  `sk-proj-${word(22)}`,
  `sess-${word(40)}`,
  `org-${word(24)}`,
  `xai-${word(80)}`,
  `gsk_${word(52)}`,
  `pplx-${word(48)}`,
  `r8_${word(37)}`,
  `nvapi-${word(64)}`,
  `hf_${word(34)}`,
  `csk-${word(48)}`,
  `fw_${word(24)}`,
  `pa-${word(40)}`,
  `tvly-dev-${word(32)}`,
  `lsv2_pt_${hex(32)}`,
  `AQ.${word(48)}`,
  `ya29.${word(80)}`,
  ...['ghp', 'gho', 'ghu', 'ghs', 'ghr'].map((start) => `${start}_${word(36)}`),
  `github_pat_${word(82)}`,
  ...['glpat', 'gldt', 'glrt', 'glptt'].map((start) => `${start}-${word(20)}`),
  `npm_${word(36)}`,
  `pypi-AgEIcHlwaS5vcmc${word(60)}`,
  `rubygems_${hex(48)}`,
  `xoxb-1234567890-1234567890-${word(24)}`,
  `xapp-1-${word(11)}-1234567890-${hex(64)}`,
  ...['shpat', 'shpca', 'shppa', 'shpss'].map((start) => `${start}_${hex(32)}`),
  ...['sk_live', 'sk_test', 'rk_live'].map((start) => `${start}_${word(24)}`),
  `SG.${word(22)}.${word(43)}`,
  `SK${hex(32)}`,
  `hvs.${word(90)}`,
  `NRAK-${upper(27)}`,
  `lin_api_${word(40)}`,
  `sntryu_${hex(64)}`,
  `PMAK-${hex(24)}-${hex(34)}`,
  `glsa_${word(32)}_${hex(8)}`,
  `dckr_pat_${word(27)}`,
  hex(32),
  `wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY12`,
  `Authorization: Basic ${Buffer.from('user:password').toString('base64')}`,
  `Authorization: Bearer ${word(20)}`,
  'postgres://admin:hunter2hunter2@db.example.com/x',
  '-----BEGIN RSA PRIVATE KEY-----\nMIIEvQIBADANBgkq\n-----END RSA PRIVATE KEY-----',
  `-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkq`,
];

const scrubbed = (text: string) =>
  new Scrubber().scrub({ head: undefined, answer: { text }, text: undefined, chunks: undefined })
    .answer;

describe('a key is in no fixture', () => {
  test.each([...GITLEAKS, ...DOCUMENTED].map((key) => [key.slice(0, 24), key]))(
    '%s…',
    (_start, key) => {
      const secret = /Basic|Bearer/.test(key)
        ? key.slice(-12)
        : /:\/\//.test(key)
          ? 'hunter2hunter2'
          : key;
      for (const text of [key, `It is ${key}, they say.`, `key=${key}\n`, `"${key}"`]) {
        expect(JSON.stringify(scrubbed(text))).not.toContain(JSON.stringify(secret).slice(1, -1));
      }
    },
  );
});

const PASSWORD = 'hunter2hunter2';
const BASE64 = 'aB3/x+Q9'.repeat(20);

/** A text and the secret in it, which what stands before it names. */
const NAMED: readonly (readonly [text: string, secret: string])[] = [
  [`https://api.example.com/v1?api_key=${PASSWORD}&x=1`, PASSWORD],
  [`https://example.com/cb?access_token=${PASSWORD}`, PASSWORD],
  [`https://a.blob.example.com/c?sv=2022&sig=${encodeURIComponent(BASE64)}`, 'aB3%2Fx'],
  [`https://b.example.com/k?X-Amz-Signature=${hex(64)}`, hex(64)],
  [`AWS4-HMAC-SHA256 Credential=AKIA/us-east-1, Signature=${hex(64)}`, hex(64)],
  [`X-Amz-Security-Token: IQoJb3JpZ2luX2VjE${BASE64}`, BASE64],
  [JSON.stringify({ SessionToken: `FwoGZXIvYXdz${BASE64}` }), BASE64],
  [`AccountName=a;AccountKey=${BASE64}==;EndpointSuffix=core`, BASE64],
  [`Server=tcp:x;User ID=u;Password=Sup3rS3cret!;`, 'Sup3rS3cret'],
  ['Cookie: sessionid=8f3kd9s0q2; csrftoken=abcDEF123456', '8f3kd9s0q2'],
  ['set-cookie: connect.sid=s%3AabcDEF123.456; Path=/', 'abcDEF123'],
  [`Invalid header x-api-key: ${PASSWORD}`, PASSWORD],
  [`Incorrect API key provided: ${PASSWORD}. You can find`, PASSWORD],
  [JSON.stringify({ user: 'a', password: PASSWORD }), PASSWORD],
  [JSON.stringify({ a: JSON.stringify({ b: JSON.stringify({ apiKey: PASSWORD }) }) }), PASSWORD],
  [`{ "apiKey": "${PASSWORD}", and no JSON`, PASSWORD],
  [`curl -u admin:${PASSWORD} https://example.com`, PASSWORD],
  [`machine example.com login me password ${PASSWORD}`, PASSWORD],
  [`OPENAI_API_KEY=${PASSWORD}\nexport DB_PASSWORD="${PASSWORD}"`, PASSWORD],
  ['api-key: 123e4567-e89b-12d3-a456-426614174000', '426614174000'],
  [JSON.stringify({ private_key_id: hex(40) }), hex(40)],
  [Buffer.from('-----BEGIN RSA PRIVATE KEY-----\nMIIEpQIBAAKCAQEA').toString('base64'), 'LS0tLS1C'],
  ['PuTTY-User-Key-File-2: ssh-rsa\nPrivate-Lines: 14\nAAABAHkeyk', 'AAABAHkeyk'],
  [`https://hooks.slack.com/services/T0123/B0123/${word(24)}`, word(24)],
  [`https://discord.com/api/webhooks/123456789/${word(68)}`, word(68)],
  [`MTE${word(21)}.Gabc12.${word(38)}`, word(38)],
  [`eyJ${word(20)}.${word(30)}.${word(16)}.${word(40)}.${word(22)}`, word(22)],
];

test.each(NAMED)('a secret that is named is in no fixture: %s', (text, secret) => {
  const plain = new Scrubber().scrub({
    text,
    head: undefined,
    answer: undefined,
    chunks: undefined,
  });
  for (const left of [plain, scrubbed(text), scrubbed(`Here: ${text}\n`)])
    expect(JSON.stringify(left)).not.toContain(secret);
});

test('the name of a secret stays, and what else is around it', () => {
  expect(scrubbed(`GET /v1?api_key=${PASSWORD}&x=1 with password: "${PASSWORD}".`)).toEqual({
    text: 'GET /v1?api_key=[scrubbed]&x=1 with password: "[scrubbed]".',
  });
});

test.each([
  ['The Basic understanding of authentication is a Bearer of responsibility.'],
  ['task-based, risk-averse and desk-bound people read https://example.com/a:b/c@d.'],
  ['chatcmpl-9x8y7z call_abc123 msg_01ABC resp_123 2026-11-29T13:00:00.000Z'],
  ['550e8400-e29b-41d4-a716-446655440000'],
  ['https://en.wikipedia.org/wiki/Hypertext_Transfer_Protocol#Request_methods'],
  ['const organisation = org.name; sk = skip; pa = page;'],
  ['INTERNATIONALISATION and ACKNOWLEDGEMENTS'],
  ['api_key=os.environ["OPENAI_API_KEY"], apiKey: process.env.KEY_2, password: <your-password>'],
  ['The cookie: chocolate chip. The password is the key to security. API_KEY=your-api-key-here'],
  [
    '{"prompt_tokens":1234567,"prompt_cache_key":"user-12345678","signature":"EqQBCgIYAhIM1gbcDa9GJwZA"}',
  ],
])('an ordinary text stays as it is: %s', (text) => {
  expect(scrubbed(text)).toEqual({ text });
});
