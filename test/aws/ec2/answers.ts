/** Answers of the EC2 endpoint as they go over the wire. */
import type { Ec2Error } from '../cloud/ec2-error.ts';
import type { Answer, Reply } from '../loopback.ts';
import type { Random } from '../random.ts';
import { errorXml, type Field, successXml } from './xml.ts';

export function success(action: string, requestId: string, fields: readonly Field[], random: Random): Answer {
  return xml(200, requestId, successXml(action, requestId, fields, random));
}

export function refusal({ status, code, message }: Ec2Error, requestId: string, random: Random): Answer {
  return xml(status, requestId, errorXml(code, message, requestId, random));
}

/** What a proxy in front of EC2 says when it cannot reach it. */
export const badGateway: Answer = {
  kind: 'answer',
  status: 502,
  headers: { 'Content-Type': 'text/html' },
  body: '<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<hr><center>proxy</center>\r\n</html>\r\n',
};

/** With the time by EC2's clock, by which a client may set its own. */
export function dated(reply: Reply, now: number): Reply {
  if (reply.kind !== 'answer') return reply;
  return { ...reply, headers: { Date: new Date(now).toUTCString(), ...reply.headers } };
}

function xml(status: number, requestId: string, body: string): Answer {
  const headers = {
    'Content-Type': 'text/xml;charset=UTF-8',
    Server: 'AmazonEC2',
    'x-amzn-requestid': requestId,
  };
  return { kind: 'answer', status, headers, body };
}
