// Packs a script as the plugin is packed: node pack.mjs SCRIPT EXECUTABLE
import { renameSync } from 'node:fs';
import { pack } from '../build/pack.mjs';

const [script, executable] = process.argv.slice(2);
const unfinished = `${executable}.${process.pid}`;
await pack(script, process.arch, unfinished, { useCodeCache: true });
renameSync(unfinished, executable);
