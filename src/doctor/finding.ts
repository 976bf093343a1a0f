/** What the doctor finds, as data. */

export interface Finding {
  /** What was looked at, such as `state directory` or `ec2:AssignPrivateIpAddresses`. */
  readonly check: string;
  /** `warning`: worth a look, yet an ADD works. `problem`: it keeps an ADD from working. */
  readonly verdict: 'ok' | 'warning' | 'problem';
  readonly message: string;
  /** What to do about it; several steps are on lines of their own. */
  readonly advice?: string;
}

export const ok = (check: string, message: string): Finding => ({ check, verdict: 'ok', message });

export const warning = (check: string, message: string, advice: string): Finding => ({
  check,
  verdict: 'warning',
  message,
  advice,
});

export const problem = (check: string, message: string, advice: string): Finding => ({
  check,
  verdict: 'problem',
  message,
  advice,
});
