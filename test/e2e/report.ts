/** Reports a bed to a terminal: a line for each case with its time, and why those failed that did. */
import type { TestEvent } from 'node:test/reporters';
import { inspect, styleText } from 'node:util';

type Ended = Extract<TestEvent, { type: 'test:pass' | 'test:fail' }>;

const bed = process.env['BED'] ?? '';

function describe({ type, data }: Ended): string {
  const time = `${(data.details.duration_ms / 1000).toFixed(1)} s`.padStart(7);
  const line = (mark: string, why = '') => `${bed.padEnd(14)} ${mark} ${time}  ${data.name}${why}\n`;
  if (type === 'test:fail') {
    const { error } = data.details;
    return line(styleText('red', 'FAILED ')) + `${inspect(error.cause ?? error)}\n`;
  }
  if (data.skip === undefined) return line(styleText('green', 'ok     '));
  return line(styleText('yellow', 'skipped'), `: ${data.skip}`);
}

// A suite that fails because of its cases has nothing to say of its own.
const isWorthALine = ({ type, data }: Ended): boolean =>
  data.details.type !== 'suite' ||
  data.skip !== undefined ||
  (type === 'test:fail' && !/^\d+ subtests? failed$/.test(data.details.error.message));

// oxlint-disable-next-line import/no-default-export -- it is what Node asks of a reporter
export default async function* report(events: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  for await (const event of events) {
    if (event.type === 'test:stderr' || event.type === 'test:stdout') yield event.data.message;
    if ((event.type === 'test:pass' || event.type === 'test:fail') && isWorthALine(event)) {
      yield describe(event);
    }
  }
}
