import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, isIP, isIPv6 } from 'node:net';
import { type DecodedPacket, decode, encode, RECURSION_DESIRED } from 'dns-packet';

interface Server {
  readonly host: string;
  readonly port: number;
}

/**
 * Asks one DNS server, over TCP where the answer is too large for a datagram. Rejects with the system's error, EBADRESP where the answer is none, or
 * with the signal's reason.
 */
export const askDns = async (
  question: { readonly name: string; readonly type: 'SRV' | 'A' | 'AAAA' },
  server: string,
  signal: AbortSignal,
): Promise<DecodedPacket> => {
  const id = Math.floor(Math.random() * 0x10000);
  const packet = encode({ type: 'query', id, flags: RECURSION_DESIRED, questions: [question] });
  const place = parseServer(server);
  try {
    const answer = decoded(await askByUdp(packet, place, signal));
    return answer.flag_tc ? decoded(await askByTcp(packet, place, signal)) : answer;
  } catch (error) {
    throw signal.aborted ? signal.reason : error;
  }
};

/** `10.0.0.53`, `::1`, `10.0.0.53:5353`, `[2001:db8::53]` or `[2001:db8::53]:5353`. */
const parseServer = (text: string): Server => {
  const [, host = text, port = '53'] = isIP(text) ? [] : (/^\[?(.*?)\]?(?::([0-9]+))?$/.exec(text) ?? []);
  return { host, port: Number(port) };
};

const askByUdp = async (packet: Buffer, { host, port }: Server, signal: AbortSignal): Promise<Buffer> => {
  const socket = createSocket({ type: isIPv6(host) ? 'udp6' : 'udp4', signal });
  socket.on('error', () => {}); // it is told to who waits
  try {
    socket.connect(port, host);
    await once(socket, 'connect', { signal });
    socket.send(packet);
    for (;;) {
      const [answer] = (await once(socket, 'message', { signal })) as [Buffer];
      if (isAnswerTo(packet, answer)) return answer;
    }
  } finally {
    if (!signal.aborted) socket.close(); // which the signal does
  }
};

const askByTcp = async (packet: Buffer, server: Server, signal: AbortSignal): Promise<Buffer> => {
  const socket = connect({ ...server, signal });
  try {
    const length = Buffer.alloc(2);
    length.writeUInt16BE(packet.length);
    socket.write(Buffer.concat([length, packet]));
    let read = Buffer.alloc(0);
    for await (const chunk of socket as AsyncIterable<Buffer>) {
      read = Buffer.concat([read, chunk]);
      if (read.length >= 2 && read.length >= 2 + read.readUInt16BE()) {
        const answer = read.subarray(2, 2 + read.readUInt16BE());
        if (isAnswerTo(packet, answer)) return answer;
        break;
      }
    }
    throw nonsense();
  } finally {
    socket.destroy();
  }
};

/** It has the number of the question; anything else came by chance, or to deceive. */
const isAnswerTo = (question: Buffer, answer: Buffer): boolean =>
  answer.length >= 12 && answer.readUInt16BE() === question.readUInt16BE();

const decoded = (answer: Buffer): DecodedPacket => {
  try {
    const packet = decode(answer);
    if (packet.type === 'response') return packet;
  } catch {
    // what is no answer of DNS
  }
  throw nonsense();
};

const nonsense = (): Error => Object.assign(new Error('no answer of DNS'), { code: 'EBADRESP' });
