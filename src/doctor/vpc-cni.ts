/** Whether the VPC CNI keeps its hands off the ENI. */
import type { SeenEni } from '../eni/survey.ts';
import { type Finding, ok, warning } from './finding.ts';

/** Tags of github.com/aws/amazon-vpc-cni-k8s: what it leaves alone, and what it has made itself. */
const NO_MANAGE = 'node.k8s.amazonaws.com/no_manage';
const MADE_BY = 'node.k8s.amazonaws.com/instance_id';

export function checkVpcCni({ id, tags, device }: SeenEni): Finding {
  if (device === 0) {
    return warning(
      NO_MANAGE,
      `${id} is the first ENI of the node, which the VPC CNI manages whatever its tags`,
      'Where the VPC CNI runs, attach a second ENI for these pods.',
    );
  }
  if (tags[MADE_BY] !== undefined) {
    return warning(
      NO_MANAGE,
      `${id} was made by the VPC CNI, which gives its addresses to its own pods and deletes it`,
      'Attach an ENI of your own, with that tag from the start.',
    );
  }
  if (tags[NO_MANAGE] === 'true') return ok(NO_MANAGE, `${id} has the tag: the VPC CNI leaves it alone`);
  return warning(
    NO_MANAGE,
    `${id} lacks the tag: where the VPC CNI runs, it takes the ENI for its own`,
    `aws ec2 create-tags --resources ${id} --tags Key=${NO_MANAGE},Value=true`,
  );
}
