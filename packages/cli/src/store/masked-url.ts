/** A store's URL, without the password that may be in it, however it is written. */
export function maskedUrl(url: string): string {
  const end = url.lastIndexOf('@');
  const start = /^[\w+.-]+:\/\//.exec(url)?.[0].length;
  if (start === undefined || end < start) return url;
  const user = url.slice(start, end).split(':')[0] ?? '';
  return `${url.slice(0, start)}${user}:***${url.slice(end)}`;
}
