/** EC2's XML, written now with and now without blanks, and with the items of sets in any order. */
import type { Random } from '../random.ts';

export type Field = readonly [name: string, content: Content];
export type Content = string | number | boolean | readonly Field[] | ItemSet;

/** A set of `<item>`s; AWS promises no order. */
export type ItemSet = { readonly items: readonly Content[] };

/** The answer to an action that went well. */
export function successXml(
  action: string,
  requestId: string,
  fields: readonly Field[],
  random: Random,
): string {
  const writer = new XmlWriter(random);
  const content = writer.contentOf([['requestId', requestId], ...fields], 1);
  const name = `${action}Response`;
  return writer.document(`<${name} xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">${content}</${name}>`);
}

/** The answer to one that did not: no namespace, and `RequestID` spelled its own way. */
export function errorXml(code: string, message: string, requestId: string, random: Random): string {
  const writer = new XmlWriter(random);
  const error: Field = [
    'Error',
    [
      ['Code', code],
      ['Message', message],
    ],
  ];
  const content = writer.contentOf(
    [
      ['Errors', [error]],
      ['RequestID', requestId],
    ],
    1,
  );
  return writer.document(`<Response>${content}</Response>`);
}

class XmlWriter {
  readonly #random: Random;
  readonly #indented: boolean;
  readonly #declared: boolean;

  constructor(random: Random) {
    this.#random = random;
    this.#indented = random.below(2) === 1;
    this.#declared = random.below(2) === 1;
  }

  document(root: string): string {
    return this.#declared ? `<?xml version="1.0" encoding="UTF-8"?>\n${root}` : root;
  }

  contentOf(content: Content, depth: number): string {
    if (typeof content !== 'object') return escaped(String(content));
    const fields =
      'items' in content
        ? this.#random.shuffled(content.items).map((item): Field => ['item', item])
        : content;
    const elements = fields.map(([name, inner]) => this.#break(depth) + this.#element(name, inner, depth));
    return elements.length === 0 ? '' : elements.join('') + this.#break(depth - 1);
  }

  #element(name: string, content: Content, depth: number): string {
    const inner = this.contentOf(content, depth + 1);
    return inner === '' ? `<${name}/>` : `<${name}>${inner}</${name}>`;
  }

  #break(depth: number): string {
    return this.#indented ? `\n${'    '.repeat(depth)}` : '';
  }
}

function escaped(text: string): string {
  const entities: Readonly<Record<string, string>> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
  };
  return text.replaceAll(/[&<>"]/g, (character) => entities[character] ?? character);
}
