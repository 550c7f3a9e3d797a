// section-child [--write] section [file…]: measures one section, and prints its figures.
import { asText, writeDown } from './report/index.ts';
import { SECTIONS } from './sections/index.ts';

const isWritten = process.argv.includes('--write');
const [name, ...files] = process.argv.slice(2).filter((argument) => argument !== '--write');
const section = SECTIONS.find((each) => each.name === name);
if (section === undefined) throw new Error(`No section is called ${name}.`);
const report = await section.run(files);
console.log(`\n${section.title}\n${asText(report)}\n${report.note ?? ''}`);
if (isWritten) await writeDown(section, report);
process.exit(); // some of the libraries hold timers
