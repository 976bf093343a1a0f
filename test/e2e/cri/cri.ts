/** The calls by which kubelet makes and ends a pod's sandbox; the numbers are those of the CRI's api.proto. */

import { GrpcClient } from './grpc.ts';
import { encode, field } from './protobuf.ts';

export interface SandboxConfig {
  readonly name: string;
  readonly uid: string;
  /** kubelet counts the sandboxes of a pod. */
  readonly attempt?: number;
  /** One that the kernel does not know makes the sandbox fail when its network is there already. */
  readonly sysctl?: readonly [name: string, value: string];
}

const NAMESPACE_OF_CONTAINER = 1;

export class Cri implements Disposable {
  readonly #client: GrpcClient;
  readonly #sandboxes = new Set<string>();

  constructor(socket: string) {
    this.#client = new GrpcClient(socket);
  }

  /** Resolves with the sandbox's id. */
  async run(sandbox: SandboxConfig): Promise<string> {
    const id = field(await this.#call('RunPodSandbox', { 1: configOf(sandbox) }), 1).toString();
    this.#sandboxes.add(id);
    return id;
  }

  async addressOf(id: string): Promise<string> {
    const status = field(await this.#call('PodSandboxStatus', { 1: id }), 1);
    return field(field(status, 5), 1).toString();
  }

  async stop(id: string): Promise<void> {
    await this.#call('StopPodSandbox', { 1: id });
  }

  async remove(id: string): Promise<void> {
    await this.#call('RemovePodSandbox', { 1: id });
    this.#sandboxes.delete(id);
  }

  /** Ends what a case that failed has left. */
  async removeAll(): Promise<void> {
    for (const id of this.#sandboxes) await this.stop(id).then(() => this.remove(id));
  }

  async version(): Promise<string> {
    return field(await this.#call('Version', {}), 2).toString();
  }

  [Symbol.dispose](): void {
    this.#client[Symbol.dispose]();
  }

  #call(method: string, fields: Parameters<typeof encode>[0]): Promise<Buffer> {
    return this.#client.call(`/runtime.v1.RuntimeService/${method}`, encode(fields));
  }
}

function configOf({ name, uid, attempt = 0, sysctl }: SandboxConfig): Buffer {
  const namespaces = encode({ 2: NAMESPACE_OF_CONTAINER });
  return encode({
    1: encode({ 1: name, 2: uid, 3: 'default', 4: attempt }),
    2: name,
    3: `/run/containerd/log/${name}`,
    8: encode({
      2: encode({ 1: namespaces }),
      3: sysctl && encode({ 1: sysctl[0], 2: sysctl[1] }),
    }),
  });
}
