// SPDX-License-Identifier: Apache-2.0
// The pieces of a WordPiece vocabulary as a double-array trie over bytes (Aoe 1989): one step is one load and one compare,
// so the longest piece from the left is found without trying shorter ends one by one.
#pragma once

#include <snowcoder/core/release.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace snowcoder::tokenize::detail {

class piece_trie {
 public:
  struct match {
    std::int32_t id = -1;  ///< -1: no piece begins like this
    std::size_t length = 0;
  };

  piece_trie() = default;
  /// A token's id is its place; of equal tokens the last counts. Empty ones and those of more than `longest` bytes, which no
  /// word can have as a part, are left out.
  piece_trie(std::vector<std::string> const& tokens, std::size_t longest) {
    std::vector<std::pair<std::string_view, std::int32_t>> sorted;
    sorted.reserve(tokens.size());
    for (std::size_t id = 0; id < tokens.size(); ++id)
      if (!tokens[id].empty() && tokens[id].size() <= longest) sorted.emplace_back(tokens[id], std::int32_t(id));
    std::sort(sorted.begin(), sorted.end());
    nodes_[root].parent = root;                             // taken
    std::vector<branch> open{{root, 0, sorted.size(), 0}};  // no recursion: a piece may have 40,000 bytes
    while (!open.empty()) {
      auto const next = open.back();
      open.pop_back();
      add_below(next, sorted, open);
    }
    nodes_.resize(last_used_ + 1 + labels);  // a step from any node stays inside
    nodes_.shrink_to_fit();
    release(skip_);
  }

  static constexpr std::uint32_t root = 0;
  static constexpr std::uint32_t nowhere = 0xffffffff;

  /// The node that `prefix` leads to from the root.
  std::uint32_t node_of(std::string_view prefix) const {
    std::uint32_t at = root;
    for (unsigned char c : prefix)
      if (at = step(at, c); at == nowhere) break;
    return at;
  }

  /// The longest piece that `text`, continued from node `from`, begins with.
  match longest(std::string_view text, std::uint32_t from) const {
    match best;
    if (from == nowhere) return best;
    auto const* const nodes = nodes_.data();
    for (std::size_t i = 0; i < text.size(); ++i) {
      auto const next = nodes[from].base + static_cast<unsigned char>(text[i]);
      if (nodes[next].parent != from) break;
      from = next;
      if (nodes[from].id >= 0) best = {nodes[from].id, i + 1};
    }
    return best;
  }

  std::size_t bytes() const { return nodes_.size() * sizeof(node); }

 private:
  static constexpr std::size_t labels = 256;
  struct node {
    std::uint32_t base = 1, parent = nowhere;  ///< child c lies at base + c and names its parent
    std::int32_t id = -1;
  };
  using sorted_pieces = std::vector<std::pair<std::string_view, std::int32_t>>;

  std::uint32_t step(std::uint32_t at, unsigned char c) const {
    auto const next = nodes_[at].base + c;
    return nodes_[next].parent == at ? next : nowhere;
  }

  /// The node `at`, and the sorted pieces [first, last) that lead through it, whose first `depth` bytes it stands for.
  struct branch {
    std::uint32_t at;
    std::size_t first, last, depth;
  };
  void add_below(branch b, sorted_pieces const& pieces, std::vector<branch>& open) {
    for (; b.first < b.last && pieces[b.first].first.size() == b.depth; ++b.first) nodes_[b.at].id = pieces[b.first].second;
    if (b.first == b.last) return;
    std::vector<std::pair<unsigned char, std::size_t>> children;  // (byte, its first piece)
    for (auto i = b.first; i < b.last; ++i)
      if (auto const c = static_cast<unsigned char>(pieces[i].first[b.depth]); children.empty() || children.back().first != c)
        children.emplace_back(c, i);
    auto const base = free_base(children);
    nodes_[b.at].base = base;
    for (auto const& [c, from] : children) {
      nodes_[base + c].parent = b.at;
      last_used_ = std::max<std::size_t>(last_used_, base + c);
    }
    for (auto end = b.last, i = children.size(); i-- > 0; end = children[i].second)
      open.push_back({base + children[i].first, children[i].second, end, b.depth + 1});
  }

  /// A base whose places for these children are free: among the first free places, or else behind all that is taken.
  template <class Children>
  std::uint32_t free_base(Children const& children) {
    auto const low = std::size_t(children.front().first);
    while (last_used_ + 4 * labels > nodes_.size()) nodes_.resize(nodes_.size() * 2 + 4 * labels);
    auto place = next_free(low + 1);
    for (int tried = 0; tried < 64 && place < last_used_; ++tried, place = next_free(place + 1)) {
      auto const base = place - low;
      if (std::all_of(children.begin(), children.end(),
                      [&](auto const& c) { return nodes_[base + c.first].parent == nowhere; }))
        return std::uint32_t(base);
    }
    return std::uint32_t(std::max(last_used_ + 1, low + 1) - low);
  }
  /// The first free place from `place` on. Of taken places skip_ says how far one can go on without missing a free one.
  std::size_t next_free(std::size_t place) {
    auto at = place;
    while (nodes_[at].parent != nowhere) {
      if (skip_.size() <= at) skip_.resize(nodes_.size(), 1);
      auto const next = at + skip_[at];
      if (nodes_[next].parent != nowhere && skip_.size() > next) skip_[at] += skip_[next];
      at = next;
    }
    return at;
  }

  std::vector<node> nodes_ = std::vector<node>(1 + labels);
  std::vector<std::uint32_t> skip_;  // while the trie is made
  std::size_t last_used_ = 0;
};

}  // namespace snowcoder::tokenize::detail
