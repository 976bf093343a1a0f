/** The image of a pod's sandbox as an archive that containerd imports: busybox, asleep. */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { here, must } from '../bed/machine.ts';
import { makeBusyboxRoot } from '../containers/busybox-root.ts';

export const SANDBOX_IMAGE = 'localhost/sandbox:1';

/** Resolves with the archive's path. */
export async function makeSandboxImage(folder: string): Promise<string> {
  mkdirSync(`${folder}/image`, { recursive: true });
  const root = await makeBusyboxRoot(`${folder}/root`);
  await must(here, `tar --create --file=${folder}/image/layer.tar --directory=${root} .`);
  const layer = createHash('sha256')
    .update(readFileSync(`${folder}/image/layer.tar`))
    .digest('hex');
  const config = {
    architecture: 'amd64',
    os: 'linux',
    config: { Cmd: ['/bin/sleep', '600'] },
    rootfs: { type: 'layers', diff_ids: [`sha256:${layer}`] },
  };
  const manifest = [{ Config: 'config.json', RepoTags: [SANDBOX_IMAGE], Layers: ['layer.tar'] }];
  writeFileSync(`${folder}/image/config.json`, JSON.stringify(config));
  writeFileSync(`${folder}/image/manifest.json`, JSON.stringify(manifest));
  const archive = `${folder}/image.tar`;
  await must(here, `tar --create --file=${archive} --directory=${folder}/image .`);
  return archive;
}
