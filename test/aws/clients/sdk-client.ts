/** The AWS SDK as a client of the emulator: somebody else's signer, encoder and parser. */
import { EC2Client, EC2ServiceException } from '@aws-sdk/client-ec2';
import type { Aws } from '../aws.ts';

/** A client with static keys that says everything once, and lets go of its sockets at the end of its scope. */
export class SdkClient extends EC2Client implements Disposable {
  constructor(aws: Aws) {
    const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } =
      aws.staticCredentials();
    super({
      endpoint: aws.ec2Url,
      region: aws.region,
      credentials: { accessKeyId, secretAccessKey },
      maxAttempts: 1,
    });
  }

  [Symbol.dispose](): void {
    this.destroy();
  }
}

/** What EC2 refused with, as `status code: message`. */
export async function refusal(answer: Promise<unknown>): Promise<string> {
  try {
    await answer;
  } catch (error) {
    if (error instanceof EC2ServiceException) {
      return `${error.$metadata.httpStatusCode ?? 'no status'} ${error.name}: ${error.message}`;
    }
    throw error;
  }
  return 'no refusal';
}
