/** An ENI's private addresses, as several answers list them. */
import type { Eni } from '../cloud/model.ts';
import type { ItemSet } from './xml.ts';

export function privateAddressSet({ primary, secondaries }: Eni): ItemSet {
  return {
    items: [primary, ...secondaries].map((address) => [
      ['privateIpAddress', address],
      ['primary', address === primary],
    ]),
  };
}
