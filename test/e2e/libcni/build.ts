/** Builds main.go with Debian's Go and libcni. */
import { mkdirSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { here, must } from '../bed/machine.ts';

const GO_PATH = '/usr/share/gocode';
const SOURCE = fileURLToPath(new URL('main.go', import.meta.url));
/** Kept for the next time, since it takes a while; `npm ci` takes the folder away. */
const FOLDER = fileURLToPath(new URL('../../../node_modules/.cache/e2e', import.meta.url));

/** What a machine must have to build it. */
export const FILES = ['/usr/bin/go', `${GO_PATH}/src/github.com/containernetworking/cni/libcni/api.go`];

/** Resolves with the program's path. */
export async function buildRuntime(): Promise<string> {
  const program = `${FOLDER}/libcni-runtime`;
  const built = statSync(program, { throwIfNoEntry: false });
  if (built && built.mtimeMs > statSync(SOURCE).mtimeMs) return program;
  mkdirSync(FOLDER, { recursive: true });
  await must(
    here,
    // Under another name first: a build that is interrupted must not look like a program.
    `export CGO_ENABLED=0 GO111MODULE=off GOPATH=${GO_PATH} GOCACHE="$(mktemp -d)"
    go build -o ${program}.new ${SOURCE}
    mv ${program}.new ${program}
    rm -rf "$GOCACHE"`,
    110_000,
  );
  return program;
}
