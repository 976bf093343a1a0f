/** Shape of a network configuration, as JSON has it, before any value is understood. */
import { closest } from 'fastest-levenshtein';
import * as v from 'valibot';
import { Failure } from '../errors.ts';
import { isObject } from '../json.ts';
import { LOG_LEVELS } from '../log.ts';

/** Go reads null like a field that is not there, and so do configurations written for host-local. */
const optional = <T extends v.GenericSchema>(schema: T) => v.nullish(schema);

/** A JSON object: valibot alone would take a list for one. */
const objectOf = <T extends v.GenericSchema>(schema: T) =>
  v.pipe(v.custom<v.InferInput<T>>(isObject, 'an object'), schema);

const Text = v.string();
const Count = v.pipe(v.number(), v.integer(), v.minValue(0));
const Seconds = v.pipe(v.number(), v.minValue(0));

const RangeShape = v.object({
  subnet: Text,
  rangeStart: optional(Text),
  rangeEnd: optional(Text),
  gateway: optional(Text),
  exclude: optional(v.array(Text)),
  pods: optional(v.array(Text)),
});
export type RangeInput = v.InferOutput<typeof RangeShape>;

const RouteShape = v.object({
  dst: Text,
  gw: optional(Text),
  mtu: optional(Count),
  advmss: optional(Count),
  priority: optional(Count),
  table: optional(Count),
  scope: optional(Count),
});
export type RouteInput = v.InferOutput<typeof RouteShape>;

/** `eni` is ours alone: a field that we do not know is a mistake, and is told. */
const EniShape = v.strictObject({
  assign: optional(v.boolean()),
  interface: optional(Text),
  id: optional(v.pipe(Text, v.regex(/^eni-[0-9a-f]+$/, 'an ENI id such as eni-0123456789abcdef0'))),
  reservation: optional(v.pipe(Text, v.regex(/\S/, 'the id or the description of a CIDR reservation'))),
  region: optional(Text),
  timeout: optional(v.pipe(v.number(), v.minValue(1))),
  reassign: optional(v.picklist(['never', 'stale'])),
  mode: optional(v.picklist(['address', 'prefix'])),
  spare: optional(Count),
  onReleaseFailure: optional(v.picklist(['error', 'defer'])),
});

const IpamShape = v.object({
  subnet: optional(Text),
  rangeStart: optional(Text),
  rangeEnd: optional(Text),
  gateway: optional(Text),
  exclude: optional(v.array(Text)),
  ranges: optional(v.array(v.array(RangeShape))),
  routes: optional(v.array(RouteShape)),
  resolvConf: optional(Text),
  dataDir: optional(Text),
  order: optional(v.picklist(['sequential', 'reverse', 'spread'])),
  cooldown: optional(Seconds),
  sticky: optional(v.boolean()),
  stickyFor: optional(Seconds),
  fixed: optional(objectOf(v.record(Text, v.array(Text)))),
  eni: optional(objectOf(EniShape)),
  logFile: optional(Text),
  logLevel: optional(v.picklist(LOG_LEVELS)),
});
export type IpamInput = v.InferOutput<typeof IpamShape>;

const NetworkShape = v.object({
  master: optional(Text),
  ipam: objectOf(IpamShape),
  runtimeConfig: optional(
    objectOf(v.object({ ips: optional(v.array(Text)), ipRanges: optional(v.array(v.array(RangeShape))) })),
  ),
  args: optional(objectOf(v.object({ cni: optional(objectOf(v.object({ ips: optional(v.array(Text)) }))) }))),
});
export type NetworkInput = v.InferOutput<typeof NetworkShape>;

/**
 * Checks the shape of a network configuration.
 * @throws Failure `unsupported-field` or `invalid-config`, naming the path of the field.
 */
export function checkShape(json: unknown): NetworkInput {
  const result = v.safeParse(NetworkShape, json, { abortEarly: true });
  if (result.success) return result.output;
  const [issue] = result.issues;
  const path = formatPath(issue.path ?? []);
  if (issue.type === 'strict_object' && issue.expected === 'never') {
    const { key, value } = issue.path?.at(-1) ?? {};
    const known = closest(String(key), Object.keys(EniShape.entries));
    throw new Failure(
      'unsupported-field',
      `cannot use the configuration: ${path} = ${JSON.stringify(value)} is not supported, ` +
        `did you mean ${known}?`,
    );
  }
  throw new Failure('invalid-config', `cannot use the configuration: ${path} ${explain(issue)}`);
}

function explain(issue: v.BaseIssue<unknown>): string {
  const isMissing = issue.kind === 'schema' && issue.input === undefined;
  if (isMissing) return 'is missing';
  return `must be ${expectation(issue)}: current value is ${issue.received}`;
}

function expectation({ type, message, expected }: v.BaseIssue<unknown>): string {
  if (type === 'integer') return 'an integer';
  return type === 'regex' || type === 'custom' ? message : (expected ?? message);
}

/** What of `ipam` is well-formed, field by field: a release must not fail for what it does not need. */
export function salvageIpam(json: unknown): Pick<IpamInput, 'dataDir' | 'logFile' | 'logLevel' | 'eni'> {
  const { dataDir, logFile, logLevel } = IpamShape.entries;
  const { timeout, onReleaseFailure } = EniShape.entries;
  const lenient = v.object({
    ipam: v.fallback(
      v.object({
        dataDir: v.fallback(dataDir, undefined),
        logFile: v.fallback(logFile, undefined),
        logLevel: v.fallback(logLevel, undefined),
        eni: v.fallback(
          v.nullish(
            v.object({
              timeout: v.fallback(timeout, undefined),
              onReleaseFailure: v.fallback(onReleaseFailure, undefined),
            }),
          ),
          undefined,
        ),
      }),
      {},
    ),
  });
  const result = v.safeParse(lenient, json);
  return result.success ? result.output.ipam : {};
}

/** `ipam.ranges[0][1].subnet` or `ipam.fixed["shop/db-0"][0]`, as one would write it in JavaScript. */
function formatPath(items: readonly v.IssuePathItem[]): string {
  const step = (key: unknown): string => {
    if (typeof key === 'number') return `[${key}]`;
    return /^\w+$/.test(String(key)) ? `.${String(key)}` : `[${JSON.stringify(key)}]`;
  };
  return items
    .map(({ key }) => step(key))
    .join('')
    .replace(/^\./, '');
}
