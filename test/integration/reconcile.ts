/** `eni-local reconcile`, run by a person who wants to know what is left to do. */
import type { Host } from './host.ts';
import { execute } from './node.ts';

export interface Finding {
  readonly action: string;
  readonly address: string;
  readonly eni?: string;
  readonly result: 'done' | 'found' | 'failed';
  readonly reason: string;
  readonly error?: string;
}

/** Repairs what it can, and answers what it found: repaired, reported, or failed to repair. */
export async function reconcile({ node }: Host, words: readonly string[] = []): Promise<readonly Finding[]> {
  const env = { ...node.env, ENI_LOCAL_DATA_DIR: node.dataDir };
  const { stdout, stderr } = await execute(env, '', ['reconcile', '--json', ...words]).gone;
  if (stdout === '') throw new Error(`eni-local reconcile failed: ${stderr}`);
  return JSON.parse(stdout) as Finding[];
}
