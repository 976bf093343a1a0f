/** Fault scripts: which requests go wrong, how, and how often. */

/** How often a fault strikes. */
export type Repetition = {
  /** How many matching requests it hits; one, when not given. */
  readonly times?: number | 'always';
  /** It hits every n-th matching request only. */
  readonly every?: number;
};

/** How a request to EC2 goes wrong. */
export type Ec2Fault = Repetition & {
  readonly target?: 'ec2';
  /** Any action, when not given. */
  readonly action?: string;
} & (
    | { readonly kind: 'error'; readonly code: string; readonly status?: number; readonly message?: string }
    | { readonly kind: 'deny' }
    | { readonly kind: 'reset' }
    | { readonly kind: 'hang' }
    | { readonly kind: 'html502' }
    | { readonly kind: 'truncated-body' }
    | { readonly kind: 'applied-then-reset' }
    | { readonly kind: 'applied-then-hang' }
    | { readonly kind: 'slow-then-apply'; readonly ms: number }
    | { readonly kind: 'late-apply'; readonly ms: number }
  );

/** How a request to IMDS goes wrong. */
export type ImdsFault = Repetition & {
  readonly target: 'imds';
  /** Any instance, when not given. */
  readonly instanceId?: string;
  /** Paths below `/latest/` that start so; any path, when not given. */
  readonly path?: string;
} & (
    | { readonly kind: 'error'; readonly status: number }
    | { readonly kind: 'reset' }
    | { readonly kind: 'hang' }
    | { readonly kind: 'credentials'; readonly expireInSeconds: number }
  );

export type Fault = Ec2Fault | ImdsFault;

type Scripted<F> = { readonly fault: F; left: number; seen: number };

/** Faults wait in line; each request takes the first that fits it. */
export class FaultQueue<F extends Repetition> {
  #queue: Scripted<F>[] = [];

  add(fault: F): void {
    const left = fault.times === 'always' ? Number.POSITIVE_INFINITY : (fault.times ?? 1);
    this.#queue.push({ fault, left, seen: 0 });
  }

  take(fits: (fault: F) => boolean): F | undefined {
    const hit = this.#queue.find((scripted) => {
      if (!fits(scripted.fault)) return false;
      scripted.seen += 1;
      return scripted.seen % (scripted.fault.every ?? 1) === 0;
    });
    if (!hit) return undefined;
    hit.left -= 1;
    this.#queue = this.#queue.filter(({ left }) => left > 0);
    return hit.fault;
  }

  clear(): void {
    this.#queue = [];
  }
}

/** Everything that is scripted to go wrong. */
export class FaultScript {
  readonly ec2 = new FaultQueue<Ec2Fault>();
  readonly imds = new FaultQueue<ImdsFault>();

  add(fault: Fault): void {
    if (fault.target === 'imds') this.imds.add(fault);
    else this.ec2.add(fault);
  }

  clear(): void {
    this.ec2.clear();
    this.imds.clear();
  }
}
