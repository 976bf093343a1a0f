/** DeleteSubnetCidrReservation. */
import { findReservation, removeReservation } from '../cloud/reservations.ts';
import type { Action } from './action.ts';
import { reservationFields } from './reservation-fields.ts';

export const deleteSubnetCidrReservation: Action = {
  parameters: ['SubnetCidrReservationId'],
  perform({ parameters, state }) {
    const id = parameters.required('SubnetCidrReservationId');
    const { subnet, reservation } = findReservation(state, id);
    return {
      state: removeReservation(state, id),
      fields: [['deletedSubnetCidrReservation', reservationFields(subnet.id, reservation)]],
    };
  },
};
