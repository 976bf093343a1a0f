/** Answers of IMDS as they go over the wire: text, or an error in HTML. */
import type { Answer } from '../loopback.ts';

export function text(body: string, headers: Readonly<Record<string, string>> = {}): Answer {
  return {
    kind: 'answer',
    status: 200,
    headers: { 'Content-Type': 'text/plain', Server: 'EC2ws', ...headers },
    body,
  };
}

export function html(status: number): Answer {
  const titles: Readonly<Record<number, string>> = {
    400: 'Bad Request',
    401: 'Unauthorized',
    403: 'Forbidden',
    404: 'Not Found',
    405: 'Method Not Allowed',
    503: 'Service Unavailable',
  };
  const title = `${status} - ${titles[status] ?? 'Error'}`;
  return {
    kind: 'answer',
    status,
    headers: { 'Content-Type': 'text/html', Server: 'EC2ws' },
    body: `<?xml version="1.0" encoding="iso-8859-1"?>\n<html>\n <head><title>${title}</title></head>\n <body><h1>${title}</h1></body>\n</html>\n`,
  };
}
