'use strict';

/**
 * Solve a sudoku by constraint propagation and search.
 *
 * The grid is a string of 81 characters, row by row, with `.` for an empty cell. Candidates of a
 * cell are kept as a nine-bit mask. The search always branches on the cell with the fewest
 * candidates, so ordinary puzzles need hardly any guessing. The number of guesses is
 * returned too, as a rough measure of difficulty.
 */

const ALL = 0b111111111;

const unitOf = (cell) => {
  const row = Math.floor(cell / 9);
  const column = cell % 9;
  return { row, column, box: Math.floor(row / 3) * 3 + Math.floor(column / 3) };
};

const UNITS = Array.from({ length: 81 }, (_, cell) => unitOf(cell));

function countBits(mask) {
  let count = 0;
  for (let rest = mask; rest !== 0; rest &= rest - 1) {
    count += 1;
  }
  return count;
}

class Grid {
  constructor(text) {
    if (!/^[1-9.]{81}$/.test(text)) {
      throw new TypeError('a grid has 81 cells of 1-9 or "."');
    }
    this.cells = new Array(81).fill(0);
    this.used = { row: Array(9).fill(0), column: Array(9).fill(0), box: Array(9).fill(0) };
    this.guesses = 0;
    [...text].forEach((symbol, cell) => {
      if (symbol === '.') return;
      const bit = 1 << (Number(symbol) - 1);
      if ((this.candidates(cell) & bit) === 0) {
        throw new RangeError(`clue ${symbol} in cell ${cell} contradicts another clue`);
      }
      this.toggle(cell, bit);
    });
  }

  candidates(cell) {
    const { row, column, box } = UNITS[cell];
    return ALL & ~(this.used.row[row] | this.used.column[column] | this.used.box[box]);
  }

  /** Places a digit in an empty cell, or takes the same digit out again. */
  toggle(cell, bit) {
    this.cells[cell] ^= bit;
    for (const [kind, index] of Object.entries(UNITS[cell])) {
      this.used[kind][index] ^= bit;
    }
  }

  solve() {
    const open = this.cells.flatMap((bit, cell) => (bit === 0 ? [cell] : []));
    if (open.length === 0) return true;
    const sized = open.map((cell) => ({ cell, count: countBits(this.candidates(cell)) }));
    const { cell, count } = sized.reduce((best, next) => (next.count < best.count ? next : best));
    this.guesses += count > 1 ? 1 : 0;
    for (let rest = this.candidates(cell); rest !== 0; rest &= rest - 1) {
      const bit = rest & -rest;
      this.toggle(cell, bit);
      if (this.solve()) return true;
      this.toggle(cell, bit);
    }
    return false;
  }

  toString() {
    const digits = this.cells.map((bit) => (bit === 0 ? '.' : 32 - Math.clz32(bit)));
    return Array.from({ length: 9 }, (_, r) => digits.slice(9 * r, 9 * r + 9).join(' ')).join('\n');
  }
}

const rows = ['12.4.6.8.', '4.6.8.1.3', '.8.1.3.5.', '.3.5.7.9.', '5.7.9.2.4'];
const puzzle = new Grid([...rows, '.9.2.4.6.', '.4.6.8.1.', '6.8.1.3.5', '.1.3.5.7.'].join(''));
console.log(puzzle.solve() ? `${puzzle}\nguesses: ${puzzle.guesses}` : 'no solution');
