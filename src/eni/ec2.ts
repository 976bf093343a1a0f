/** The ways to EC2: what pods need, and what is asked about their surroundings. Each loads a part of the SDK. */
import type { OpenCloud } from './cloud.ts';
import { openEc2 } from './ec2-client.ts';
import { type OpenSurvey, openEc2Survey } from './survey.ts';

export interface Ec2 {
  readonly openCloud: OpenCloud;
  readonly openSurvey: OpenSurvey;
}

/** The real one. */
export const EC2: Ec2 = { openCloud: openEc2, openSurvey: openEc2Survey };
