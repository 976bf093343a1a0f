// What `eni-local version` tells of a build. Nothing in it depends on the place or the time of the build.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';

/** Git's answer; undefined without git or a repository. It takes no lock: builds may run side by side. */
function git(...words) {
  const { status, stdout } = spawnSync('git', ['--no-optional-locks', ...words], { encoding: 'utf8' });
  return status === 0 ? stdout.trim() : undefined;
}

/** `runtime` names what runs the program, and its version. */
export async function provenance(dependencies, runtime) {
  const commit = git('rev-parse', 'HEAD');
  const seconds = process.env.SOURCE_DATE_EPOCH ?? (commit && git('log', '-1', '--format=%ct'));
  const lock = createHash('sha256').update(await readFile('package-lock.json'));
  return {
    ...(commit && { commit, modified: git('status', '--porcelain') !== '' }),
    ...(seconds && { date: new Date(Number(seconds) * 1000).toISOString() }),
    lock: `sha256:${lock.digest('hex')}`,
    ...runtime,
    sdk: dependencies['@aws-sdk/client-ec2'],
  };
}
