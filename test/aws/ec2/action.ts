/** What an EC2 action is: the parameters it knows, and a function from state to answer. */
import type { CloudState } from '../cloud/model.ts';
import type { Random } from '../random.ts';
import type { Parameters } from './parameters.ts';
import type { Field } from './xml.ts';

export type Call = {
  readonly parameters: Parameters;
  readonly state: CloudState;
  readonly random: Random;
};

export type Outcome = {
  /** What the response holds after the request id. */
  readonly fields: readonly Field[];
  /** The state after a change; absent when the action only reads. */
  readonly state?: CloudState;
};

export type Action = {
  /** As in the API reference, with `N` for list indices. */
  readonly parameters: readonly string[];
  /** Throws an Ec2Error where EC2 refuses, and then nothing has changed. */
  readonly perform: (call: Call) => Outcome;
};
