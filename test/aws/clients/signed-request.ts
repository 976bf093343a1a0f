/** Requests signed by the SDK's signer, with a body that no SDK would write. */
import { createHash, createHmac } from 'node:crypto';
import { SignatureV4 } from '@smithy/signature-v4';
import type { Aws } from '../aws.ts';

export type SigningOptions = {
  readonly accessKeyId?: string;
  readonly secretAccessKey?: string;
  readonly sessionToken?: string;
  readonly region?: string;
  readonly service?: string;
  readonly date?: Date;
  readonly method?: 'GET' | 'POST';
  /** Sees the signed headers. */
  readonly onSigned?: (headers: Readonly<Record<string, string>>) => void;
};

/** Sends these parameters; GET puts them into the query. */
export async function sendSigned(
  aws: Aws,
  parameters: Readonly<Record<string, string>>,
  options: SigningOptions = {},
): Promise<Response> {
  const { method = 'POST', date = new Date() } = options;
  const request = await signerFor(aws, options).sign(unsigned(aws, parameters, method), {
    signingDate: date,
  });
  options.onSigned?.(request.headers);
  const query = new URLSearchParams(method === 'GET' ? parameters : {}).toString();
  return await fetch(`${aws.ec2Url}/?${query}`, {
    method,
    headers: request.headers,
    ...(method === 'POST' && { body: new URLSearchParams(parameters).toString() }),
  });
}

/** The code and status that an answer refuses with. */
export async function refusalOf(response: Response): Promise<string> {
  const body = await response.text();
  return `${response.status} ${/<Code>([^<]+)<\/Code>/.exec(body)?.[1] ?? body}`;
}

function signerFor(aws: Aws, options: SigningOptions): SignatureV4 {
  const keys = aws.staticCredentials();
  return new SignatureV4({
    service: options.service ?? 'ec2',
    region: options.region ?? aws.region,
    credentials: {
      accessKeyId: options.accessKeyId ?? keys.AWS_ACCESS_KEY_ID,
      secretAccessKey: options.secretAccessKey ?? keys.AWS_SECRET_ACCESS_KEY,
      ...(options.sessionToken !== undefined && { sessionToken: options.sessionToken }),
    },
    sha256: Sha256,
    applyChecksum: false,
  });
}

function unsigned(aws: Aws, parameters: Readonly<Record<string, string>>, method: string) {
  const { hostname, port, host } = new URL(aws.ec2Url);
  return {
    method,
    protocol: 'http:',
    hostname,
    port: Number(port),
    path: '/',
    query: method === 'GET' ? { ...parameters } : {},
    headers: { host, 'content-type': 'application/x-www-form-urlencoded' },
    ...(method === 'POST' && { body: new URLSearchParams(parameters).toString() }),
  };
}

/** The hash in the form that the signer wants. */
class Sha256 {
  readonly #hash;

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', bytes(secret));
  }

  update(data: string | ArrayBuffer | ArrayBufferView): void {
    this.#hash.update(bytes(data));
  }

  digest(): Promise<Uint8Array> {
    return Promise.resolve(new Uint8Array(this.#hash.digest()));
  }

  reset(): void {
    throw new Error('The signer makes a new hash each time');
  }
}

function bytes(data: string | ArrayBuffer | ArrayBufferView): Uint8Array {
  if (typeof data === 'string') return Buffer.from(data);
  if (data instanceof ArrayBuffer) return new Uint8Array(data);
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}
