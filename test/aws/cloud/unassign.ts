/** Secondary addresses come off an ENI: all of them or none. */
import { ec2Error } from './ec2-error.ts';
import { findEni } from './find.ts';
import { type CloudState, withEnis, withoutSecondaries } from './model.ts';

/** An address on another ENI is as little assigned to this one as a free address is. */
export function unassignAddresses(
  state: CloudState,
  eniId: string,
  addresses: readonly string[],
): CloudState {
  const eni = findEni(state, eniId);
  if (addresses.includes(eni.primary)) throw ec2Error('primaryStays', { address: eni.primary });
  if (!addresses.every((address) => eni.secondaries.includes(address))) {
    throw ec2Error('notAssigned', { id: eni.id });
  }
  return withEnis(state, withoutSecondaries(eni, addresses));
}
