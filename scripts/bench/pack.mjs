// Packs a script into a stock Node, as build.mjs packs the plugin: node pack.mjs SCRIPT EXECUTABLE
import { renameSync } from 'node:fs';
import { createRequire } from 'node:module';
import { nodeBinary } from '../node-binary.mjs';

const { default: sea } = createRequire(import.meta.url)('@yao-pkg/pkg/lib-es5/sea.js');
const [script, executable] = process.argv.slice(2);
const { arch, pid } = process;
const unfinished = `${executable}.${pid}`;
await sea(script, {
  targets: [{ platform: 'linux', arch, nodeRange: 'node24', output: unfinished }],
  nodePath: nodeBinary(arch),
  useLocalNode: true,
  seaConfig: { useCodeCache: true, execArgvExtension: 'none' },
});
renameSync(unfinished, executable);
