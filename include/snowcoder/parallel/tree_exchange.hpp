// SPDX-License-Identifier: Apache-2.0
// A sum over ranks in the order of the tree ((0+1)+(2+3)), in two steps however many ranks there are: everybody sends every
// owner its part, the owner adds what came in the order of the tree, and sends the sums round. A link is what carries floats
// between ranks (NCCL's for device memory):
//   link.begin()  link.send(from, count, rank)  link.receive(to, count, rank)  link.end()
// What stands between begin and end is done when end's work is done, in any order.
#pragma once

#include <snowcoder/parallel/communicator.hpp>

#include <algorithm>
#include <cstdint>

namespace snowcoder::parallel {

/// The tree's sum of get(0) … get(ranks - 1); the plain twin of cuda::sum_ranks.
template <class Get>
constexpr float tree_sum(int ranks, Get&& get) {
  float held[32] = {};  // sums of 1, 2, 4, … ranks that wait for as many more
  int depth = 0;
  for (int r = 0; r < ranks; ++r) {
    float x = get(r);
    for (int full = r; full & 1; full >>= 1) x = held[--depth] + x;
    held[depth++] = x;
  }
  return held[0];
}

struct place_among {
  int rank, size;
};

/// Leaves the sums of owned_by(count, rank, …) in it. inbox: room for size x piece floats. add(to, inbox, n): to[i] becomes
/// the tree's sum over ranks of row r of inbox (size, n), where `to` itself is this rank's row.
template <class Link, class Add>
void sum_to_owners(Link& link, place_among me, float* values, std::int64_t count, float* inbox, std::int64_t piece, Add&& add) {
  auto const mine = owned_by(count, me.rank, me.size);
  std::int64_t most = 0;  // of any rank: all take part in every round
  for (int r = 0; r < me.size; ++r) most = std::max(most, owned_by(count, r, me.size).size());
  for (std::int64_t at = 0; at < most; at += piece) {
    auto const held = std::clamp<std::int64_t>(mine.size() - at, 0, piece);
    link.begin();
    for (int r = 0; r < me.size; ++r) {
      if (r == me.rank) continue;
      auto const theirs = owned_by(count, r, me.size);
      auto const going = std::clamp<std::int64_t>(theirs.size() - at, 0, piece);
      if (going > 0) link.send(values + theirs.first + at, going, r);
      if (held > 0) link.receive(inbox + r * held, held, r);
    }
    link.end();
    if (held > 0) add(values + mine.first + at, inbox, held);
  }
}

/// From each rank what it owns, left on every rank.
template <class Link>
void from_owners(Link& link, place_among me, float* values, std::int64_t count) {
  auto const mine = owned_by(count, me.rank, me.size);
  link.begin();
  for (int r = 0; r < me.size; ++r) {
    if (r == me.rank) continue;
    auto const theirs = owned_by(count, r, me.size);
    if (mine.size() > 0) link.send(values + mine.first, mine.size(), r);
    if (theirs.size() > 0) link.receive(values + theirs.first, theirs.size(), r);
  }
  link.end();
}

/// From each rank what it owns (`mine`: that alone), left on rank 0: all but rank 0's own part, which is not copied.
template <class Link>
void collect_parts(Link& link, place_among me, float const* mine, float* all, std::int64_t count) {
  link.begin();
  if (me.rank == 0) {
    for (int r = 1; r < me.size; ++r)
      if (auto const theirs = owned_by(count, r, me.size); theirs.size() > 0)
        link.receive(all + theirs.first, theirs.size(), r);
  } else if (auto const part = owned_by(count, me.rank, me.size); part.size() > 0) {
    link.send(mine, part.size(), 0);
  }
  link.end();
}

}  // namespace snowcoder::parallel
