// Packs a script into a stock Node, by pkg.
import { createRequire } from 'node:module';
import { nodeBinary } from './node-binary.mjs';
import { OPTIONS } from './options.mjs';

const { default: sea } = createRequire(import.meta.url)('@yao-pkg/pkg/lib-es5/sea.js');

/** `settings` are Node's for a single executable application, such as its `assets`. */
export async function pack(script, arch, output, settings) {
  await sea(script, {
    targets: [{ platform: 'linux', arch, nodeRange: 'node24', output }],
    nodePath: nodeBinary(arch),
    // The blob is made by the Node that runs this, which is the same version: pkg need not ask.
    useLocalNode: true,
    seaConfig: {
      ...settings,
      execArgv: OPTIONS,
      // NODE_OPTIONS and its like change nothing: the plugin runs as root in whatever environment.
      execArgvExtension: 'none',
    },
  });
}
