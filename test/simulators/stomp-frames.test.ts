import { expect, it } from 'vitest';
import { BadFrame, FrameReader, frameBytes, type Frame } from '../../src/simulators/stomp/frames.ts';

const BODY = 'é and \0 NUL';
const FRAME: Frame = {
  command: 'MESSAGE',
  headers: {
    destination: '/topic/a:b',
    odd: 'line\nand \\ more',
    'content-length': String(Buffer.byteLength(BODY)),
  },
  body: BODY,
};

it('reads what it writes, in whatever pieces it arrives, heart-beats between', () => {
  const bytes = Buffer.concat([Buffer.from('\n\r\n'), frameBytes(FRAME), Buffer.from('\n'), frameBytes(FRAME)]);
  const reader = new FrameReader();
  expect([...bytes].flatMap((byte) => reader.read(Buffer.from([byte])))).toEqual([FRAME, FRAME]);
  expect(new FrameReader().read(bytes)).toEqual([FRAME, FRAME]);
});

it.each(['nonsense\0', 'SEND\nno colon\n\n\0', 'SEND\na:\\x\n\n\0', 'SEND\ncontent-length:1\n\nab\0'])(
  'refuses %j',
  (text) => {
    expect(() => new FrameReader().read(Buffer.from(text))).toThrow(BadFrame);
  },
);
