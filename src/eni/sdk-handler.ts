/** Sends the SDK's requests by the program's own HTTP, in the place of the SDK's handler. */
import type { Http, HttpAnswer, Origin } from './http.ts';

/** What of a request of the SDK is sent: EC2 is asked by forms, so that nothing is in the query of the URL. */
interface SdkRequest extends Origin {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

interface SdkAnswer {
  readonly statusCode: number;
  readonly headers: Record<string, string>;
  readonly body: Buffer;
}

/** A handler as the SDK wants it, see HttpHandler in @smithy/types. */
export const sdkHandler = (http: Http) => ({
  metadata: { handlerProtocol: 'http/1.1' },
  async handle(
    { protocol, hostname, port, method, path, headers, body }: SdkRequest,
    { abortSignal }: { readonly abortSignal?: AbortSignal } = {},
  ): Promise<{ response: SdkAnswer }> {
    const request = { origin: { protocol, hostname, port }, method, path, headers, body };
    return { response: toSdkAnswer(await http.ask(request, abortSignal)) };
  },
  updateHttpClientConfig() {},
  httpHandlerConfigs: () => ({}),
  destroy: () => http.close(),
});

const toSdkAnswer = ({ status, headers, body }: HttpAnswer): SdkAnswer => ({
  statusCode: status,
  headers: { ...headers },
  body,
});
