/** Answers that come in pages: a short or empty page is no sign of the end (ec2.md 1.5). */

interface Page {
  readonly NextToken?: string | undefined;
}

/** Asks for page after page; `from` goes into the request as it is. */
export async function allPages<P extends Page>(
  ask: (from: { NextToken?: string }) => Promise<P>,
): Promise<readonly P[]> {
  const pages: P[] = [];
  let next: string | undefined;
  do {
    const page = await ask(next ? { NextToken: next } : {});
    pages.push(page);
    next = page.NextToken;
  } while (next);
  return pages;
}
