/** How far the model goes. Where this says false, src/ does not keep all its promises yet. */
export const REACH = {
  /** EC2 refuses an Assign for good while an earlier one of the same address may have been carried out. */
  refusals: false,
  /** A call is carried out after its process has tried again, or was killed. */
  landings: false,
};
