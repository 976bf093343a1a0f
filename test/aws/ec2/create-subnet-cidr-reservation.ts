/** CreateSubnetCidrReservation. */
import { ec2Error } from '../cloud/ec2-error.ts';
import type { CidrReservation } from '../cloud/model.ts';
import { addReservation, findReservation } from '../cloud/reservations.ts';
import type { Action } from './action.ts';
import { reservationFields } from './reservation-fields.ts';

export const createSubnetCidrReservation: Action = {
  parameters: ['SubnetId', 'Cidr', 'ReservationType', 'Description'],
  perform({ parameters, state, random }) {
    const subnetId = parameters.required('SubnetId');
    const id = `scr-0${random.hex(16)}`;
    const cidr = parameters.required('Cidr');
    const type = typeFrom(parameters.required('ReservationType'));
    const description = parameters.text('Description');
    const about = description === undefined ? {} : { description };
    const next = addReservation(state, subnetId, { id, cidr, type, ...about });
    const { reservation } = findReservation(next, id);
    return { state: next, fields: [['subnetCidrReservation', reservationFields(subnetId, reservation)]] };
  },
};

function typeFrom(value: string): CidrReservation['type'] {
  if (value === 'explicit' || value === 'prefix') return value;
  throw ec2Error('invalidValue', { value, parameter: 'reservationType' });
}
