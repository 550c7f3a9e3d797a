/** Characters that cannot be seen, or that change the direction of what stands beside them. */
const HIDDEN = /(?![\n\t])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** A stored text in which nothing is hidden: each such character is shown as its escape. */
export const visible = (text: string) =>
  text.replace(HIDDEN, (each) => `\\u${(each.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`);
