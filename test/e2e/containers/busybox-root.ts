/** A container's root that needs no registry: busybox alone. */
import { here, must } from '../bed/machine.ts';

export const BUSYBOX = '/bin/busybox';

export async function makeBusyboxRoot(folder: string): Promise<string> {
  await must(
    here,
    `mkdir -p ${folder}/bin ${folder}/dev ${folder}/etc ${folder}/proc ${folder}/sys ${folder}/tmp
    cp ${BUSYBOX} ${folder}/bin/busybox
    for program in ip ping sh sleep; do ln -sf busybox ${folder}/bin/$program; done`,
  );
  return folder;
}
