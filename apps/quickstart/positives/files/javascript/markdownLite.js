'use strict';

/**
 * Convert forum posts from a small markup language to safe HTML.
 *
 * Supported are paragraphs, bullet lists (`- item`), `*emphasis*`, `` `code` `` and links of the
 * form `[text](address)`. Everything else is plain text and is escaped. Links other than http and
 * https stay text, so that a post can never smuggle in a script address.
 */

const ESCAPES = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escapeHtml = (text) => text.replace(/[&<>"]/g, (symbol) => ESCAPES[symbol]);

const INLINE = /`(?<code>[^`]+)`|\[(?<label>[^\]]+)\]\((?<address>[^)\s]+)\)|\*(?<strong>[^*]+)\*/g;

function renderInline(text) {
  let html = '';
  let position = 0;
  for (const match of text.matchAll(INLINE)) {
    html += escapeHtml(text.slice(position, match.index));
    position = match.index + match[0].length;
    const { code, label, address, strong } = match.groups;
    if (code !== undefined) {
      html += `<code>${escapeHtml(code)}</code>`;
    } else if (strong !== undefined) {
      html += `<em>${renderInline(strong)}</em>`;
    } else if (/^https?:\/\//i.test(address)) {
      html += `<a href="${escapeHtml(address)}" rel="nofollow">${escapeHtml(label)}</a>`;
    } else {
      html += escapeHtml(match[0]);
    }
  }
  return html + escapeHtml(text.slice(position));
}

/** Groups lines into blocks: a list is a run of bullets, a paragraph a run of other lines. */
function splitBlocks(source) {
  const blocks = [];
  let current = null;
  for (const raw of source.split(/\r?\n/)) {
    const line = raw.trim();
    if (line === '') {
      current = null;
      continue;
    }
    const kind = line.startsWith('- ') ? 'list' : 'paragraph';
    if (current?.kind !== kind) {
      current = { kind, lines: [] };
      blocks.push(current);
    }
    current.lines.push(kind === 'list' ? line.slice(2) : line);
  }
  return blocks;
}

function renderPost(source) {
  return splitBlocks(source)
    .map(({ kind, lines }) => {
      if (kind === 'paragraph') return `<p>${renderInline(lines.join(' '))}</p>`;
      const items = lines.map((line) => `  <li>${renderInline(line)}</li>`);
      return ['<ul>', ...items, '</ul>'].join('\n');
    })
    .join('\n');
}

module.exports = { renderPost };

if (require.main === module) {
  const post = [
    'The *new* gauge reads `a < b` wrongly,',
    'see [the notes](https://example.org/?a=1&b=2).',
    '- replace the fuse',
    '- do not [click](javascript:alert(1))',
  ];
  console.log(renderPost(post.join('\n')));
}
