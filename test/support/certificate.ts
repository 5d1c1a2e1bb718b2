import { generate } from 'selfsigned';

/** Certificate and key in one PEM text, made for this run: for localhost and *.example.com. */
export const certificate: string = await (async () => {
  const pem = await generate([{ name: 'commonName', value: 'meteor-lb.test' }], {
    keyType: 'ec',
    extensions: [
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: 'localhost' },
          { type: 2, value: '*.example.com' },
          { type: 7, ip: '127.0.0.1' },
        ],
      },
    ],
  });
  return `${pem.cert.trim()}\n${pem.private.trim()}\n`;
})();
