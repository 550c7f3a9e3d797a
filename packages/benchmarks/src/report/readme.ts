import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { asSvg } from './plots.ts';
import { asMarkdown, type Report, type Section } from './report.ts';

const README = new URL('../../README.md', import.meta.url);
const PLOTS = new URL('../../plots/', import.meta.url);

/** The machine that the figures were measured on, and the day. */
export function machine(): string {
  const [first, ...others] = cpus();
  const day = new Date().toISOString().slice(0, 10);
  return `${others.length + 1} × ${first?.model.trim()}, ${process.platform}, Node ${process.version}, ${day}`;
}

function blockOf({ name, title, text }: Section, report: Report): string {
  const plot = report.plot === undefined ? [] : [`![${title}](plots/${name}.svg)`];
  const note = report.note === undefined ? [] : [report.note];
  return [`### ${title}`, text, asMarkdown(report), ...note, ...plot, `On ${machine()}.`].join(
    '\n\n',
  );
}

/** Replaces a section's figures in the README, and its plot. */
export async function writeDown(section: Section, report: Report): Promise<void> {
  const text = await readFile(README, 'utf8');
  const [start, end] = [`<!-- ${section.name} -->`, `<!-- /${section.name} -->`];
  const [from, to] = [text.indexOf(start), text.indexOf(end)];
  if (from < 0 || to < from)
    throw new Error(`${fileURLToPath(README)} has no place for ${section.name}.`);
  const block = `${start}\n\n${blockOf(section, report)}\n\n`;
  await writeFile(README, text.slice(0, from) + block + text.slice(to));
  if (report.plot === undefined) return;
  await mkdir(PLOTS, { recursive: true });
  await writeFile(new URL(`${section.name}.svg`, PLOTS), await asSvg(report.plot));
}
