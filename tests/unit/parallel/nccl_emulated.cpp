// SPDX-License-Identifier: Apache-2.0
// Ranks with a GPU each over NCCL's stand-in: the bits of the tree, when NCCL is asked at all, and who ends it.
#include "support/on_gpu.hpp"
#include "support/thread_world.hpp"

#include <snowcoder/parallel/gpu_ranks.hpp>

#include <algorithm>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

using namespace snowcoder;
using namespace snowcoder::tests;
using cuda_emulation::nccl_place;

namespace {

/// Which GPU a rank sees first, and how many.
struct sight {
  int first = 0, count = 1;
};

/// body(ranks, device) in each of `size` ranks. Rank r sees GPUs as sees(r) says and takes one as programs do.
template <class Sees, class Body>
void among(int size, Sees const& sees, Body const& body) {
  nccl_place::all() = {};
  thread_world::run(size, [&](thread_world& world) {
    auto const [first, count] = sees(world.rank());
    cuda_emulation::gpus_of_thread = {first, count, 0};
    cuda_emulation::nccl_meets = [&] { world.wait_for_all(); };
    cuda::device d(world.rank() % count);
    parallel::gpu_ranks ranks(world, d);
    body(ranks, d);
  });
  CHECK_FALSE(nccl_place::all().wrong);
}

auto const each_its_own = [](int) { return sight{0, 8}; };

std::vector<float> gradient_of(int rank, std::int64_t count) {
  return normal<float>("gradient" + std::to_string(rank), count, 1 + 100 * (rank % 3));
}

}  // namespace

TEST_CASE("gpu: ranks with a GPU each sum by NCCL to the bits of the tree", "[gpu]") {
  // Two ranks send more than a piece, and a last one that is not whole; more ranks than elements leave some without a part.
  for (auto const& [size, count] : {std::pair{2, (std::int64_t(9) << 20) + 13}, {2, 1}, {4, 1003}, {8, 70'001}, {8, 5}}) {
    std::vector<std::vector<float>> given, sums(static_cast<std::size_t>(size)), ends = sums;
    for (int r = 0; r < size; ++r) given.push_back(gradient_of(r, count));
    std::vector<float> want(static_cast<std::size_t>(count));
    for (std::size_t i = 0; i < want.size(); ++i)
      want[i] = parallel::tree_sum(size, [&](int r) { return given[std::size_t(r)][i]; });
    among(size, each_its_own, [&](auto& ranks, cuda::device& d) {
      auto const place = std::size_t(ranks.rank());
      on_gpu<float> values(d, given[place]);
      ranks.sum_to_owners(values.data(), count);
      sums[place] = values.host();
      ranks.from_owners(values.data(), count);
      ends[place] = values.host();
      ranks.finish();
    });
    CHECK(nccl_place::all().begun == size);
    CHECK(nccl_place::all().ended == size);
    INFO(size << " ranks, " << count << " elements");
    for (int r = 0; r < size; ++r) {
      auto const mine = parallel::owned_by(count, r, size);
      CHECK(std::equal(want.begin() + mine.first, want.begin() + mine.last, sums[std::size_t(r)].begin() + mine.first));
      CHECK(ends[std::size_t(r)] == want);
    }
  }
}

TEST_CASE("gpu: NCCL is asked where no two ranks share a GPU, whatever launchers show them", "[gpu]") {
  auto const begun = [](int size, auto const& sees) {
    among(size, sees, [](auto& ranks, cuda::device&) { ranks.finish(); });
    CHECK(nccl_place::all().ended == nccl_place::all().begun);
    return nccl_place::all().begun;
  };
  CHECK(begun(4, each_its_own) == 4);
  CHECK(begun(4, [](int rank) { return sight{rank, 1}; }) == 4);  // a launcher hides the others' GPUs from a rank
  CHECK(begun(4, [](int) { return sight{0, 1}; }) == 0);
  CHECK(begun(4, [](int) { return sight{0, 2}; }) == 0);
  CHECK(begun(1, each_its_own) == 0);
}

TEST_CASE("gpu: a rank that fails ends without waiting for the others in NCCL", "[gpu]") {
  // Had it ended NCCL, it would have met nobody: the others wait for its next sum.
  among(2, each_its_own, [](auto& ranks, cuda::device& d) {
    on_gpu<float> values(d, gradient_of(ranks.rank(), 100));
    ranks.sum_to_owners(values.data(), 100);
  });
  CHECK(nccl_place::all().begun == 2);
  CHECK(nccl_place::all().ended == 0);
}
