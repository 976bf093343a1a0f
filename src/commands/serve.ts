/** Serves one CNI invocation: one function per verb, and nothing else. */

import { readInvocation } from '../cni/environment.ts';
import { decodeNetwork } from '../cni/network.ts';
import { failure, type Reply, success } from '../cni/reply.ts';
import { readRequest } from '../cni/request.ts';
import { shapeResult } from '../cni/result.ts';
import { CNI_VERSIONS, type CniVersion, isCniVersion, NEWEST_VERSION } from '../cni/versions.ts';
import { EC2 } from '../eni/ec2.ts';
import { openEc2 } from '../eni/ec2-client.ts';
import type { World } from '../world.ts';
import { add } from './add.ts';
import { check } from './check.ts';
import { del } from './del.ts';
import { gc } from './gc.ts';
import { status } from './status.ts';

/** Answers the verb that the environment asks for. It never throws: a failure is an answer, too. */
export async function serveCni(world: World): Promise<Reply> {
  let version: CniVersion | undefined;
  try {
    const invocation = readInvocation(world.env);
    const stdin = world.readStdin();
    version = versionOf(stdin);
    if (invocation.command === 'VERSION') {
      return success({ cniVersion: version ?? NEWEST_VERSION, supportedVersions: CNI_VERSIONS });
    }
    const request = readRequest(invocation, stdin);
    version = request.network.cniVersion;
    switch (invocation.command) {
      case 'ADD':
        return success(shapeResult(await add(request, EC2, world), version));
      case 'DEL':
        await del(request, openEc2, world);
        return success();
      case 'CHECK':
        await check(request, openEc2, world);
        return success();
      case 'GC':
        await gc(request, openEc2, world);
        return success();
      case 'STATUS':
        await status(request, EC2, world);
        return success();
    }
  } catch (error) {
    return failure(error, version);
  }
}

/** The version to answer in, where one can be made out: an error is told in the caller's version, too. */
function versionOf(stdin: string): CniVersion | undefined {
  try {
    const { cniVersion } = decodeNetwork(stdin);
    return isCniVersion(cniVersion) ? cniVersion : undefined;
  } catch {
    return undefined;
  }
}
