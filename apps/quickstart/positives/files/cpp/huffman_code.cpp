// Canonical Huffman codes for telemetry symbols.
//
// A probe sends symbols over a slow radio link. Given how often each symbol occurs, compute an
// optimal prefix code. Only code lengths are transmitted in advance, so codes are assigned in
// canonical order: shorter codes first and, within one length, in order of the symbol.

#include <algorithm>
#include <cstdint>
#include <functional>
#include <iostream>
#include <map>
#include <queue>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

using Frequencies = std::map<char, std::uint64_t>;
using CodeBook = std::map<char, std::string>;

// Code length per symbol. Merging two groups makes every member's code one bit longer.
std::map<char, int> code_lengths(const Frequencies& frequencies) {
  using Group = std::pair<std::uint64_t, std::string>;
  std::priority_queue<Group, std::vector<Group>, std::greater<>> queue;
  std::map<char, int> lengths;
  for (const auto& [symbol, count] : frequencies) {
    queue.emplace(count, std::string(1, symbol));
    lengths[symbol] = frequencies.size() == 1 ? 1 : 0;
  }
  while (queue.size() > 1) {
    auto [first_count, members] = queue.top();
    queue.pop();
    auto [second_count, others] = queue.top();
    queue.pop();
    members += others;
    for (char symbol : members) ++lengths[symbol];
    queue.emplace(first_count + second_count, std::move(members));
  }
  return lengths;
}

CodeBook canonical_codes(const std::map<char, int>& lengths) {
  std::vector<std::pair<int, char>> order;
  for (const auto& [symbol, length] : lengths) order.emplace_back(length, symbol);
  std::sort(order.begin(), order.end());

  CodeBook book;
  std::uint64_t code = 0;
  int previous = order.empty() ? 0 : order.front().first;
  for (const auto& [length, symbol] : order) {
    code <<= (length - previous);
    previous = length;
    std::string bits;
    for (int bit = length - 1; bit >= 0; --bit) bits += ((code >> bit) & 1) ? '1' : '0';
    book[symbol] = bits;
    ++code;
  }
  return book;
}

std::string encode(const CodeBook& book, const std::string& text) {
  std::string bits;
  for (char symbol : text) bits += book.at(symbol);
  return bits;
}

std::string decode(const CodeBook& book, const std::string& bits) {
  std::map<std::string, char> reverse;
  for (const auto& [symbol, code] : book) reverse[code] = symbol;
  std::string text, pending;
  for (char bit : bits) {
    pending += bit;
    if (auto found = reverse.find(pending); found != reverse.end()) {
      text += found->second;
      pending.clear();
    }
  }
  if (!pending.empty()) throw std::runtime_error("bit stream ends inside a code");
  return text;
}

int main() {
  const CodeBook book = canonical_codes(code_lengths({{'T', 60}, {'P', 25}, {'H', 10}, {'E', 5}}));
  for (const auto& [symbol, code] : book) std::cout << symbol << " -> " << code << '\n';
  const std::string bits = encode(book, "TTPTHTE");
  std::cout << bits << " decodes to " << decode(book, bits) << '\n';
}
