import { expect, test } from 'vitest';
import { credentialOf, vomsOf } from '../../src/domain/credential.ts';

const task = '261123_101500:alice_crab_x';

test('the credential is that of the user in the name of the task, in the group and role of its start', () => {
  expect(credentialOf({ task })).toEqual({ user: 'alice', group: '', role: '' });
  expect(credentialOf({ task, group: 'becms', role: 'production' })).toEqual({
    user: 'alice',
    group: 'becms',
    role: 'production',
  });
});

test('group and role are handed on only where there are any', () => {
  expect(vomsOf({ group: '', role: 'production' })).toEqual({ role: 'production' });
  expect(vomsOf({})).toEqual({});
});
