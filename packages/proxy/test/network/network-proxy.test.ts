import { describe, expect, test } from '@jest/globals';
import { networkProxyFor } from '../../src/forward/network-proxy.ts';

const environment = { HTTPS_PROXY: 'http://proxy:3128', http_proxy: 'proxy:8080' };

const hostFor = (url: string, variables: object) =>
  networkProxyFor(new URL(url), { ...environment, ...variables })?.url.host;

describe('which proxy of the network an upstream is called through', () => {
  test.each([
    ['https://api.openai.com', {}, 'proxy:3128'],
    ['http://llm.test', {}, 'proxy:8080'],
    ['https://api.openai.com', { https_proxy: 'http://small:1' }, 'small:1'],
    ['https://api.openai.com', { HTTPS_PROXY: '', ALL_PROXY: 'http://all:1' }, 'all:1'],
    ['https://api.openai.com', { all_proxy: 'socks5://all:1' }, 'proxy:3128'],
    ['https://api.openai.com', { HTTPS_PROXY: '' }, undefined],
  ])('%s with %j: %s', (url, variables, host) => {
    expect(hostFor(url, variables)).toBe(host);
  });

  test.each([
    ['localhost'],
    ['ollama.localhost'],
    ['127.0.0.1'],
    ['127.8.8.8'],
    ['[::1]'],
    ['0.0.0.0'],
  ])('%s is this machine, which is called directly', (host) => {
    expect(hostFor(`http://${host}:11434`, {})).toBeUndefined();
  });

  test.each([
    ['*', true],
    ['example.com', true],
    ['.example.com', true],
    ['*.example.com', true],
    ['EXAMPLE.com', true],
    ['llm.example.com:8443', true],
    ['llm.example.com:443', false],
    ['ample.com', false],
    ['other, example.com', true],
    ['other example.com', true],
    ['', false],
    [',', false],
  ])('NO_PROXY=%s and a host of example.com: %s', (list, isDirect) => {
    const host = hostFor('https://llm.example.com:8443', { NO_PROXY: list });
    expect(host).toBe(isDirect ? undefined : 'proxy:3128');
  });

  test.each([
    ['10.0.0.0/8', '10.1.2.3', true],
    ['10.0.0.0/8', '11.1.2.3', false],
    ['10.1.2.3', '10.1.2.3', true],
    ['1.2.3', '10.1.2.3', false],
    ['10.1.2.3/x', '10.1.2.3', false],
    ['10.1.2.3/33', '10.1.2.3', false],
    ['fd00::/8', '[fd12::1]', true],
    ['fd12::1', '[fd12::1]', true],
    ['[fd12::1]:443', '[fd12::1]', true],
    ['10.0.0.0/8', '[fd12::1]', false],
    ['10.0.0.0/8', 'api.openai.com', false],
  ])('no_proxy=%s and the address %s: %s', (list, address, isDirect) => {
    const host = hostFor(`https://${address}`, { no_proxy: list });
    expect(host).toBe(isDirect ? undefined : 'proxy:3128');
  });

  test.each(['socks5://proxy:1080', 'http://', 'http://pro xy:1'])(
    '%s is none that can be used, and its password is not repeated',
    (value) => {
      const given = { HTTPS_PROXY: value.replace('//', '//user:secret@') };
      const asked = () => hostFor('https://api.openai.com', given);
      expect(asked).toThrow(/^HTTPS_PROXY names no proxy of HTTP.*NO_PROXY/);
      expect(asked).not.toThrow(/secret/);
    },
  );
});
