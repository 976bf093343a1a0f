/** The error that a fault script names: by its code alone, or with a status and words of its own. */
import { Ec2Error } from '../cloud/ec2-error.ts';
import { ec2Errors } from '../cloud/ec2-errors.ts';

export function scriptedError(fault: {
  readonly code: string;
  readonly status?: number;
  readonly message?: string;
}): Ec2Error {
  const known = Object.values(ec2Errors).find(({ code }) => code === fault.code);
  return new Ec2Error(
    fault.status ?? known?.status ?? 400,
    fault.code,
    fault.message ?? known?.text ?? 'The script says no.',
  );
}
