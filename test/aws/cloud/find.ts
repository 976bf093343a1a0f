/** Looks things up by id, and refuses as EC2 does when they are not there. */
import { ec2Error } from './ec2-error.ts';
import type { CloudState, Eni, Subnet } from './model.ts';

/** The ENI with that id. */
export function findEni(state: CloudState, id: string): Eni {
  const eni = state.enis.get(id);
  if (eni) return eni;
  throw ec2Error(/^eni-[0-9a-f]{8}([0-9a-f]{9})?$/.test(id) ? 'interfaceNotFound' : 'interfaceMalformed', {
    id,
  });
}

/** The subnet with that id. */
export function findSubnet(state: CloudState, id: string): Subnet {
  const subnet = state.subnets.get(id);
  if (subnet) return subnet;
  throw ec2Error('subnetNotFound', { id });
}
