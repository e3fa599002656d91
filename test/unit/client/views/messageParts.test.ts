import { describe, expect, test } from 'vitest';
import { mentionsIn, messageParts } from '../../../../client/views/chat/messageParts.ts';

const links = (text: string) =>
  messageParts(text, []).flatMap((part) => (part.is === 'link' ? [part.href] : []));

describe('a message', () => {
  test.each([
    ['see https://example.org/a?b=1#c.', ['https://example.org/a?b=1#c']],
    ['(http://a.example), https://b.example!', ['http://a.example/', 'https://b.example/']],
    ['javascript:alert(1) data:text/html,x file:///etc/passwd', []],
    ['https:// http://', []],
    ['<a href="https://example.org">x</a>', ['https://example.org/']],
  ])('%s links to %j', (text, expected) => {
    expect(links(text)).toEqual(expected);
  });

  test('is whole, whatever is in it', () => {
    const text = 'Hi @Ada Lovelace, @Ada and @nobody: https://example.org/@Ada. <b>@</b>';
    const parts = messageParts(text, ['Ada', 'Ada Lovelace']);
    expect(parts.map((part) => part.text).join('')).toBe(text);
    const mentioned = parts.filter(({ is }) => is === 'mention').map((part) => part.text);
    expect(mentioned).toEqual(['@Ada Lovelace', '@Ada']);
  });

  test('mentions those whose whole name is in it', () => {
    const people = [
      { userId: '1', name: 'Ada' },
      { userId: '2', name: 'Ada Lovelace' },
      { userId: '3', name: 'Alan' },
    ];
    expect(mentionsIn('@Ada Lovelace knows Alan', people)).toEqual(['2']);
  });
});
