/** Instances start and stop. */
import { detachEni, removeEni } from './interfaces.ts';
import { type CloudState, enisAttachedTo, type InstanceState } from './model.ts';

/** The instance is in that state from now on. With its end its first ENI is deleted, and the others are detached. */
export function setInstanceState(state: CloudState, id: string, next: InstanceState): CloudState {
  const instance = state.instances.get(id);
  if (!instance) throw new TypeError(`There is no instance ${id}`);
  const changed: CloudState = {
    ...state,
    instances: new Map([...state.instances, [id, { ...instance, state: next }]]),
  };
  if (next !== 'terminated') return changed;
  return enisAttachedTo(changed, id).reduce(
    (before, eni) =>
      eni.attachment?.deviceIndex === 0 ? removeEni(before, eni.id, false) : detachEni(before, eni.id, false),
    changed,
  );
}
