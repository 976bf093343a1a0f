/** Writes what was measured into docs/performance.md, so that text and figures cannot drift apart. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const marks = (name: string): readonly [string, string] => [
  `<!-- npm run bench -- ${name}: -->`,
  `<!-- end of ${name} -->`,
];

/**
 * The text with another block between the marks of `name`.
 * @throws Error when they are not there, each once.
 */
export function replaceBlock(text: string, name: string, block: string): string {
  const [begin, end] = marks(name);
  const [before, inside, ...more] = text.split(begin);
  const [old, after, ...rest] = inside?.split(end) ?? [];
  if (before === undefined || old === undefined || after === undefined || more.length + rest.length > 0) {
    throw new Error(`There must be one ${begin} and one ${end} after it`);
  }
  return `${before}${begin}\n\n${block.trim()}\n\n${end}${after}`;
}

/** Replaces the block of a bench in the document, and its plots beside it. */
export function writeResults(
  folder: string,
  name: string,
  block: string,
  plots: Readonly<Record<string, string>>,
): void {
  const document = join(folder, 'performance.md');
  const text = replaceBlock(readFileSync(document, 'utf8'), name, block);
  mkdirSync(join(folder, 'plots'), { recursive: true });
  for (const [plot, svg] of Object.entries(plots)) writeFileSync(plotFile(folder, plot), svg);
  writeFileSync(document, text);
}

const plotFile = (folder: string, plot: string): string => join(folder, 'plots', `${plot}.svg`);

/** Markdown that shows the plots. */
export const pictures = (title: string, plots: Readonly<Record<string, string>>): string =>
  Object.keys(plots)
    .map((plot) => `![${title}](plots/${plot}.svg)`)
    .join('\n');
