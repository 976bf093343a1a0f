/** ENIs go: detached or deleted by somebody else, at once or with IMDS still showing them. */
import { findEni } from './find.ts';
import { type CloudState, type Eni, withEnis } from './model.ts';

/** The ENI stays, attached to nothing. */
export function detachEni(state: CloudState, eniId: string, lingers: boolean): CloudState {
  const eni = findEni(state, eniId);
  return leaveImds(withEnis(state, { ...eni, attachment: undefined }), eni, lingers);
}

/** The ENI and all its addresses are gone. */
export function removeEni(state: CloudState, eniId: string, lingers: boolean): CloudState {
  const eni = findEni(state, eniId);
  const enis = new Map(state.enis);
  enis.delete(eniId);
  return leaveImds({ ...state, enis }, eni, lingers);
}

function leaveImds(state: CloudState, eni: Eni, lingers: boolean): CloudState {
  return lingers && eni.attachment ? { ...state, lingering: [...state.lingering, eni] } : state;
}
